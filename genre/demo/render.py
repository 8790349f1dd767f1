"""From a score and a sound to samples: the instruments play, then they are mixed."""

from collections.abc import Mapping

import numpy as np

from genre.demo import drums, effects
from genre.demo.drums import Params
from genre.demo.score import Score
from genre.demo.sound import BED, SR, Notes, Patch, Wave, chord_bed, envelope, play

_VOICES = {
    "kick": (drums.kick, "kick_db"),
    "backbeat": (drums.backbeat, "backbeat_db"),
    "perc": (drums.percussion, "perc_db"),
    "shaker": (drums.shaker, "perc_db"),
}


def render(
    score: Score,
    p: Params,
    *,
    waves: Mapping[str, str],
    duration_s: float,
    rng: np.random.Generator,
) -> Wave:
    """Play and mix a track.

    Parameters
    ----------
    score : Score
        What is played.
    p : Mapping[str, float]
        The track's value of every parameter of ``recipe.COMMON``.
    waves : Mapping[str, str]
        The wave of ``bass``, ``chord``, ``arp`` and ``lead``.
    duration_s : float
        Length; the last 30 ms fade out.
    rng : numpy.random.Generator
        Source of all noise.

    Returns
    -------
    float32 [n_samples, 2]
        Left and right at 32 kHz within +-0.95.
    """
    n = int(duration_s * SR)
    beat = _drum_kit(score, p, n, rng)
    gain = effects.duck(
        score.drums["kick"][0], n, depth=p["duck_depth"], release=p["duck_release"]
    )
    bass = _level(p["bass_db"]) * play(
        score.bass, bass_patch(score, p, waves["bass"]), n
    )
    chords = _level(p["chord_db"]) * _chords(score, p, waves["chord"], n, rng)
    tops = _level(p["arp_db"]) * play(score.arp, lead_patch(p, waves["arp"], 0.6), n)
    tops += _level(p["lead_db"]) * play(
        score.lead, lead_patch(p, waves["lead"], 1.0), n
    )
    dry = (bass + chords + tops) * gain + beat["low"] + beat["high"]
    send = 0.7 * chords + tops + 0.25 * beat["high"]
    echoes = effects.echo(
        tops + 0.5 * chords, delay_s=45 / score.tempo, feedback=p["echo_feedback"]
    )
    wet_mid, wet_side = effects.room(send, decay_s=p["room_s"], rng=rng)
    space = p["room_mix"] * 2.5
    mid = (
        dry
        + (p["echo_mix"] * echoes + space * wet_mid) * gain
        + _noise_bed(score, p, n, rng)
    )
    side = space * wet_side * gain + 0.25 * beat["high"] + 0.3 * _late(chords) * gain
    return _finish(mid, side, p)


def bass_patch(score: Score, p: Params, wave: str) -> Patch:
    """Return the bass of a track."""
    return Patch(
        wave=wave,
        cutoff=p["bass_cutoff"],
        cutoff_env=0.0 if score.bass_line.hold else p["bass_env"],
        cutoff_decay=p["bass_decay"],
        resonance=round(p["bass_res"], 1),
        lfo_hz=score.bass_lfo_hz,
        lfo_depth=p["bass_lfo"] if score.bass_lfo_hz else 0.0,
        decay=2.0 if score.bass_line.hold else 2 * p["bass_decay"],
        sustain=0.7 if score.bass_line.hold else 0.35,
        glide=p["bass_glide"],
        detune=p["bass_detune"] if p["bass_detune"] > 3 else 0.0,
        sub=p["bass_sub"],
    )


def lead_patch(p: Params, wave: str, body: float) -> Patch:
    """Return the lead (``body`` 1) or the shorter arpeggio of a track."""
    return Patch(
        wave=wave,
        cutoff=p["lead_cutoff"],
        cutoff_env=p["lead_env"],
        cutoff_decay=p["lead_decay"] * 0.7,
        resonance=round(p["lead_res"], 1),
        decay=p["lead_decay"] * body,
        sustain=0.25 * body,
        release=0.08,
        detune=p["lead_detune"] if p["lead_detune"] > 6 and body == 1 else 0.0,
    )


def _drum_kit(
    score: Score, p: Params, n: int, rng: np.random.Generator
) -> dict[str, Wave]:
    """Play the drums: ``low`` (kick) stays dry, ``high`` goes into the room too."""
    low = np.zeros(n, dtype=np.float32)
    high = np.zeros(n, dtype=np.float32)
    for voice, (make, level) in _VOICES.items():
        shot = make(p, rng)
        part = _level(p[level]) * drums.place(shot, *score.drums[voice], n)
        if voice == "kick":
            low += part
        else:
            high += part
        if voice == "backbeat":
            high += _level(p[level] - 4) * drums.place(shot, *score.rolls, n)
    for voice, is_open in (("hat", False), ("open_hat", True)):
        shot = drums.hat(p, rng, is_open=is_open)
        high += _level(p["hat_db"]) * drums.place(shot, *score.drums[voice], n)
    drops = np.array(
        [first * score.bar_s for name, first, _ in score.sections if name == "drop"]
    )
    high += _level(p["hat_db"] - 1) * drums.place(
        drums.crash(rng), drops, np.ones(len(drops)), n
    )
    return {"low": low, "high": high}


def _chords(
    score: Score, p: Params, wave: str, n: int, rng: np.random.Generator
) -> Wave:
    """Play the chord of each bar through its gate, brighter where a stab begins."""
    if not len(score.chord_gate.onset):
        return np.zeros(n, dtype=np.float32)
    beds = {
        notes: chord_bed(notes, wave=wave, width=p["chord_width"], rng=rng)
        for notes in dict.fromkeys(score.chord_notes)
    }
    gate, bright = _gate(score.chord_gate, p, n)
    out = np.empty(n, dtype=np.float32)
    for bar, notes in enumerate(score.chord_notes):
        first, last = (min(n, round((bar + i) * score.bar_s * SR)) for i in (0, 1))
        place = np.arange(first, last) % BED
        dark, light = (bed[place] for bed in beds[notes])
        out[first:last] = dark + bright[first:last] * (light - dark)
    return out * gate


def _gate(gate: Notes, p: Params, n: int) -> tuple[Wave, Wave]:
    """Return the loudness of the chords and their brightness 0..1, per sample."""
    held = gate.length.max() > 0.5
    patch = Patch(
        attack=p["chord_attack"] if held else 0.005,
        decay=3.0 if held else p["chord_decay"],
        sustain=0.7 if held else 0.0,
        release=0.15 if held else p["chord_decay"],
    )
    times = np.arange(0, n + 32, 32) / SR
    amp, age, _ = envelope(gate, patch, times)
    sweep = 0.5 + 0.5 * np.sin(2 * np.pi * 0.07 * times)
    shine = p["chord_bright"] * (sweep if held else np.exp(-age / p["chord_decay"]))
    at = np.arange(n) / 32
    grid = np.arange(len(times))
    return (
        np.interp(at, grid, amp).astype(np.float32),
        np.interp(at, grid, shine).astype(np.float32),
    )


def _noise_bed(score: Score, p: Params, n: int, rng: np.random.Generator) -> Wave:
    """Return hiss, and the noise that rises through a build-up."""
    noise = rng.normal(size=n).astype(np.float32)
    level = np.full(n, _level(p["noise_db"]), dtype=np.float32)
    for name, first, last in score.sections:
        a, b = (min(n, int(bar * score.bar_s * SR)) for bar in (first, last))
        if name == "build":
            level[a:b] += 0.06 * np.linspace(0, 1, b - a, dtype=np.float32) ** 2
    return noise * level


def _late(y: Wave) -> Wave:
    """Delay by 11 ms: what makes the chords wide."""
    return np.concatenate([np.zeros(352, dtype=np.float32), y[:-352]])


def _finish(mid: Wave, side: Wave, p: Params) -> Wave:
    mid = effects.tilt(
        mid, db=p["tilt_db"], low_cut=p["low_cut"], high_cut=p["high_cut"]
    )
    y = effects.master(mid, side, loudness_db=p["loudness_db"])
    fade = min(len(y), int(0.03 * SR))
    y[len(y) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return y


def _level(db: float) -> np.float32:
    return np.float32(10 ** (db / 20))
