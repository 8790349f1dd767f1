"""Patterns that several genres share; the step language is in ``rhythm``."""

FOUR = "X...X...X...X..."  # the kick of house, techno and trance
CLAP = "....X.......X..."  # the backbeat of nearly everything
OFFBEAT = "..X...X...X...X."
ROLLING = ".xxx.xxx.xxx.xxx"
