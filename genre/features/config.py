"""Which log-mel spectrogram a corpus has; the name of its segment store.

Apart from ``mel.py``, so that what only asks for the name loads no numerical library.
"""

from dataclasses import dataclass

from genre.config import SAMPLE_RATE, Settings

_DEFINITION = 1  # counted up when mel.py's values change their meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class MelConfig:
    """Every setting that changes a stored frame.

    Attributes
    ----------
    sr : int
        Sampling rate in Hz.
    n_fft : int
        Window and FFT length in samples.
    hop_length : int
        Samples between the centres of two frames.
    n_mels : int
        Mel bands between 0 Hz and ``sr / 2``.
    store_dtype : str
        ``"float16"`` or ``"uint8"``: how the store keeps a value (``shard.py``).
    """

    sr: int = SAMPLE_RATE
    n_fft: int = 2048
    hop_length: int = 512
    n_mels: int = 128
    store_dtype: str = "float16"

    @classmethod
    def from_settings(cls, settings: Settings) -> "MelConfig":
        """Return the configuration that the user's settings ask for."""
        return cls(
            n_fft=settings.n_fft,
            hop_length=settings.hop_length,
            n_mels=settings.n_mels,
            store_dtype=settings.store_dtype,
        )

    @property
    def key(self) -> str:
        """The name of the store these settings fill; also its folder."""
        numbers = f"{self.sr}-{self.n_fft}-{self.hop_length}-{self.n_mels}"
        return f"mel{_DEFINITION}-{numbers}-{self.store_dtype}"

    def n_frames(self, n_samples: int) -> int:
        """Return how many frames ``n_samples`` samples of audio give."""
        padded = n_samples + 2 * (self.n_fft // 2)
        return 1 + (padded - self.n_fft) // self.hop_length
