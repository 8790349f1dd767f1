"""What every network promises, and how mgcnet is built."""

import pytest
import torch
from torch import nn

from genre.errors import UsageError
from genre.train.models import MODELS, ModelSpec, build_model, n_parameters
from genre.train.models.mgcnet import ConvBlock, MgcNet


def spec(name: str = "mgcnet", *, width: int = 4) -> ModelSpec:
    """Describe a small network with three outputs."""
    return ModelSpec(name, n_genres=3, width=width, dropout=0.3)


@pytest.mark.parametrize("name", sorted(MODELS))
@pytest.mark.parametrize("shape", [(128, 157), (64, 20), (8, 1)])
def test_logits_for_any_size_of_crop(name: str, shape: tuple[int, int]) -> None:
    """Every family maps crops of any size to one raw logit per genre."""
    model = build_model(spec(name)).eval()

    logits = model(torch.randn(2, 1, *shape))

    assert logits.shape == (2, 3)
    assert bool(torch.isfinite(logits).all())


def test_unknown_family_is_named_with_the_known_ones() -> None:
    """A wrong model name is answered with the names that exist."""
    with pytest.raises(UsageError, match=r"one of .*mgcnet.*found 'mgcnett'"):
        build_model(spec("mgcnett"))


def test_equal_seed_gives_equal_weights() -> None:
    """Weights are drawn from torch's random state alone."""
    torch.manual_seed(1)
    first = build_model(spec()).state_dict()
    torch.manual_seed(1)
    second = build_model(spec()).state_dict()

    assert all(torch.equal(first[name], second[name]) for name in first)


def test_four_blocks_of_two_convolutions_that_double() -> None:
    """Mgcnet has eight 3x3 convolutions without bias, two per width."""
    convs = [m for m in MgcNet(3, width=4).modules() if isinstance(m, nn.Conv2d)]

    assert [c.out_channels for c in convs] == [4, 4, 8, 8, 16, 16, 32, 32]
    assert all(c.kernel_size == (3, 3) and c.bias is None for c in convs)


def test_every_convolution_is_followed_by_batchnorm_and_relu() -> None:
    """A block is conv-BN-ReLU twice, then pooling; where the ReLU stands is speed."""
    torch.manual_seed(0)
    block = ConvBlock(1, 4).eval()
    x = torch.randn(2, 1, 8, 8)
    inner = torch.relu(block.norm_a(block.conv_a(x)))
    expected = torch.max_pool2d(torch.relu(block.norm_b(block.conv_b(inner))), 2)

    assert torch.equal(expected, block(x))


def test_logits_may_be_negative_and_do_not_sum_to_one() -> None:
    """Neither ReLU nor softmax stands behind the last layer."""
    torch.manual_seed(0)
    logits = MgcNet(8, width=4).eval()(torch.randn(16, 1, 32, 32))

    assert bool((logits < 0).any())
    assert not torch.allclose(logits.sum(1), torch.ones(16))


def test_size_at_the_default_width() -> None:
    """At width 32 and 8 genres mgcnet has about 1.24 million weights."""
    expected = (
        1_170_720 + 2 * 2 * (32 + 64 + 128 + 256) + (512 * 128 + 128) + 128 * 8 + 8
    )

    assert n_parameters(MgcNet(8, width=32)) == expected
