"""Words that tell one recording from another, and words that say nothing about it.

Data for ``titles`` and ``likeness``, in the languages that titles come in. A phrase is
compared as ``text_key`` writes it (no case, accents or punctuation). To teach the
matcher a word, add it here and a case to its tests.
"""

import re
from collections.abc import Iterable, Mapping

from genre.text import text_key

# Kinds of version, in two groups. The first says that it is another recording of the
# song (also in a playlist: identity tells these apart).
VERSIONS: Mapping[str, str] = {
    "remix": "remix, remixed, rmx, rework, reworked, bootleg, flip, refix, vip, dub,"
    " redub, re edit, ремикс, ремікс, リミックス, 리믹스, ريمكس, רמיקס, ρεμίξ",
    "edit": "edit",
    "extended": "extended, club, 12, 12 inch, maxi",
    "live": "live, concert, session, sessions, unplugged, en vivo, ao vivo, en directo,"
    " dal vivo, en concert, concierto, konzert, концерт, концерте, лайв, вживую, живую,"
    " ライブ, ライヴ, 라이브, 现场, 現場, حفلة, حفله, مباشر, לייב, הופעה, בהופעה,"
    " ζωντανά, canlı, na żywo, naživo, stage cam, fancam, tiny desk, colors show,"
    " colours show, late show, tonight show, late night, mtv unplugged, boiler room,"
    " soundcheck, festival, tour, world tour, gala, awards, performance, performs,"
    " performing, live performance, radio session, arena, stadium, gig, in concert,"
    " kexp, bootleg recording, audience recording",
    "acoustic": "acoustic, akustik, acustico, acústico, acústica, acoustique, stripped,"
    " акустика, アコースティック, 어쿠스틱",
    "instrumental": "instrumental, instrumentals, instrumentale, инструментал, минус,"
    " минусовка, インスト, 伴奏, מנגינה, playback, backing track, off vocal",
    "karaoke": "karaoke, караоке, カラオケ, 노래방, كاريوكي, קריוקי, καραόκε, sing king,"
    " singalong, sing along, karafun, with backing vocals",
    "cover": "cover, covers, covered, tribute, кавер, カバー, 歌ってみた, 弾いてみた,"
    " 叩いてみた, 踊ってみた, 커버, 翻唱, كوفر, קאבר, διασκευή, in the style of,"
    " made famous by, originally performed by, reprise de, versão cover, cover by,"
    " covering, my version, kids version, kidz bop, tributo, versión de, version by,"
    " coverversion, interpretación, homenaje",
    "sped up": "sped, sped up, speed up, speed, nightcore, spedup, fast version",
    "slowed": "slowed, slow version, reverb, screwed, chopped, daycore, slowed down,"
    " anti nightcore",
    "mashup": "mashup, mash up, megamix, medley, nonstop mix",
    "a cappella": "acapella, acappella, cappella, a cappella, vocals only,"
    " isolated vocals, studio vocals",
    "demo": "demo, rough mix, rehearsal, home recording, early version, outtake",
    "8d": "8d, 8d audio, 16d, surround audio",
    "bass boosted": "boosted, bassboosted, bass boost",
    "reversed": "reversed, reverse, backwards",
}
# The second is heard of in search results only: not the song at all, or not whole.
OTHERS: Mapping[str, str] = {
    "clean": "clean, censored, zensiert, censurado, edited, no swearing, radio clean,"
    " clean version, clean lyrics",
    "another arrangement": "8 bit, chiptune, music box, lullaby, orchestral version,"
    " orchestra version, string quartet, piano version, piano cover, guitar version,"
    " lofi, lo fi, 432hz, 432 hz, pitched, pitched up, pitched down, male version,"
    " female version, re recorded, rerecorded, new version, remake, reimagined, mtv,"
    " english version, japanese version, korean version, chinese version, english ver,"
    " spanish version, german version, salsa version, japanese ver, korean ver, slowly,"
    " versión en español, version francaise, tiktok version, tik tok version, mono mix,"
    " but, empty arena, from another room, another room, in a bathroom, underwater",
    "a lesson or a game": "lesson, tutorial, how to, howto, chords, tabs, tab, gameplay,"
    " guitar hero, rock band, clone hero, beat saber, osu, expert, drumless, minus one,"
    " drum cover, bass cover, guitar cover, synthesia, sheet music, play along, урок,"
    " שיעור, разбор, cómo tocar, dance practice, choreography, dance tutorial,"
    " remake tutorial, making of, behind the scenes",
    "talk": "reaction, reacts, react, review, interview, podcast, analysis, explained,"
    " breakdown, meaning, parody, parodia, unboxing, documentary",
    "a part": "teaser, trailer, preview, previews, snippet, short, shorts, clip, sample,"
    " leak, leaked, ringtone, intro only, best part, first listen, stems",
    "a loop": "1 hour, one hour, 10 hours, 2 hours, 3 hours, 8 hours, hour version, hours,"
    " hour, loop, looped, 1h, 10h, 2時間, 時間, en boucle, час, часа",
    "a long mix": "full album, album stream, full ep, mixtape, dj set, dj mix, jukebox,"
    " playlist, compilation, complete, full concert, full show, best of, greatest hits,"
    " collection, mixset, continuous mix, livestream, jukebox",
    "a beat": "type beat, typebeat, beat tape, free beat, prod remake, reprod",
}
# Words after which a person should listen: perhaps another arrangement or take.
DOUBTS = (
    "piano, violin, cello, ukulele, fingerstyle, kalimba, harp, saxophone, sax, flute,"
    " harmonica, accordion, choir, orchestra, orchestral, symphonic, quartet, bossa nova,"
    " jazz version, rock version, metal version, punk version, duet, take, alternate,"
    " alternative, alt, variant, early, unreleased, original, film version,"
    " short film, movie, scene, trailer music, soundalike, inspired, style, vs, meets,"
    " version, ver, mix, dj, set, beat, challenge, trend, tiktok, compilation, part, episode"
)
# Remarks that say nothing about the recording; a bracket with one of them is dropped.
REMARKS = (
    "official, officiel, oficial, officielle, offiziell, offizielles, ufficiale,"
    " официальный, официальное, resmi, oficiální, oficjalny, 公式, רשמי, رسمي,"
    " video, vidéo, videoclip, videoclipe, video clip, clip officiel, clip oficial, клип,"
    " видеоклип, musikvideo, music video, full video song, video song, audio, аудио,"
    " lyric, lyrics, lyric video, visualizer, visualiser, hd, hq, uhd, 4k, 8k, 1080p,"
    " 720p, mv, m v, pv, remaster, remastered, remasterizado, ремастер, original mix,"
    " original version, album version, single version, lp version, full song, full track,"
    " explicit, free download, free dl, out now, premiere, bonus track, mono, stereo,"
    " music video, topic, provided to youtube, subtitulado, subtitulada, sub español,"
    " legendado, color coded, vinyl rip, a side, b side, ncs release"
)
# Words that add nothing, but may well be part of a name.
FILLERS = (
    "audio only, music vid, full video, with lyrics, letra, con letra, letras, paroles,"
    " testo, songtext, текст, 歌詞, 가사, כתוביות, كلمات, subtitulos, tradução,"
    " visualizzer, hi res, amv, dirty, uncensored, free, premier, new, han rom eng,"
    " copyright free, no copyright, copyright free music, ncs, vinyl, rip, cd rip, 7, 45,"
    " 45 rpm, 78 rpm, ost, soundtrack, original soundtrack, deluxe, deluxe edition,"
    " anniversary edition, provided to youtube by, full version, hit songs, full,"
    " radio mix, radio edit, radio version, main version, standard version,"
    " explicit version, video version, video edit, single edit, album edit"
)

_NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def words_of(listed: str) -> list[str]:
    """Return the phrases of a comma-separated list, comparable, the longest first."""
    found = {text_key(phrase) for phrase in listed.split(",")}
    return sorted(filter(None, found), key=lambda phrase: (-len(phrase), phrase))


def pattern_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return what finds whole phrases; scripts without spaces have no word's end."""
    parts = [
        re.escape(p) if _NO_SPACES.search(p) else rf"(?<!\w){re.escape(p)}(?!\w)"
        for p in phrases
    ]
    return re.compile("|".join(parts))


VERSION_PATTERNS: Mapping[str, re.Pattern[str]] = {
    kind: pattern_of(words_of(listed)) for kind, listed in VERSIONS.items()
}
OTHER_PATTERNS: Mapping[str, re.Pattern[str]] = {
    kind: pattern_of(words_of(listed)) for kind, listed in OTHERS.items()
}
REMARK_PATTERN = pattern_of(words_of(REMARKS))
DOUBT_PATTERN = pattern_of(words_of(DOUBTS))
NOISE_PATTERN = pattern_of(words_of(f"{REMARKS}, {FILLERS}"))
