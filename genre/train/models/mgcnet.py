"""MgcNet: the project's own network for log-mel crops.

Four blocks of two 3x3 convolutions, each convolution followed by BatchNorm and
ReLU, then a 2x2 max pooling; the channels double from block to block. The very
first convolution takes every second bin and frame: the first block is bound by
memory traffic, so this makes the network 3.5 times as fast, at about the same
accuracy (docs/train.md has the figures). Global mean and max over what is left make
it indifferent to the length of a crop. The outputs are raw logits: the loss applies
sigmoid or softmax itself.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

N_BLOCKS = 4
STEM_STRIDE = 2  # of the first convolution
N_HIDDEN = 128


class ConvBlock(nn.Module):
    """[conv 3x3 - BatchNorm - ReLU] twice, then 2x2 max pooling.

    The second ReLU comes after the pooling: both are monotone, so the values
    are the same as before it and only a quarter of them has to be rectified.
    """

    def __init__(self, n_in: int, n_out: int, *, stride: int = 1) -> None:
        super().__init__()
        # BatchNorm subtracts the mean, so a bias would have no effect.
        self.conv_a = nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False)
        self.norm_a = nn.BatchNorm2d(n_out)
        self.conv_b = nn.Conv2d(n_out, n_out, 3, padding=1, bias=False)
        self.norm_b = nn.BatchNorm2d(n_out)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[B, n_in, M, T]`` to ``[B, n_out, M / 2s, T / 2s]``, rounded up."""
        x = F.relu(self.norm_a(self.conv_a(x)), inplace=True)
        x = self.norm_b(self.conv_b(x))
        return F.relu(F.max_pool2d(x, 2, ceil_mode=True), inplace=True)


class MgcNet(nn.Module):
    """The network; ``width`` is the number of channels of the first block.

    Parameters
    ----------
    n_genres : int
        Number of logits.
    width : int
        Channels of the first block; the last has ``8 * width``.
    dropout : float, 0..1
        Share of the hidden units dropped while training.
    """

    def __init__(self, n_genres: int, *, width: int = 32, dropout: float = 0.3) -> None:
        super().__init__()
        sizes = [width << i for i in range(N_BLOCKS)]
        self.blocks = nn.Sequential(
            ConvBlock(1, width, stride=STEM_STRIDE),
            *(ConvBlock(*pair) for pair in pairwise(sizes)),
        )
        self.hidden = nn.Linear(2 * sizes[-1], N_HIDDEN)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(N_HIDDEN, n_genres)

    def embed(self, x: Tensor) -> Tensor:
        """Map crops ``[B, 1, n_mels, n_frames]`` to embeddings ``[B, 128]``."""
        x = self.blocks(x)  # [B, 8 * width, n_mels / 32, n_frames / 32]
        x = torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1)
        return F.relu(self.hidden(x))

    def forward(self, x: Tensor) -> Tensor:
        """Map crops ``[B, 1, n_mels, n_frames]`` to logits ``[B, n_genres]``."""
        logits: Tensor = self.output(self.dropout(self.embed(x)))
        return logits
