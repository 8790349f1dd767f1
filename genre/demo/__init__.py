"""The demo: composes its own corpus and takes it through the whole chain.

In reading order:

    recipe, genres/      what a genre is made of, as data
    rhythm, harmony      steps and notes        score    what one track plays
    sound, drums         instruments            effects, render    the mix
    compose              one track from its plan
    cast, plan           who made what          playlists    and where it is listed
    corpus               music, playlists and truth in a folder
    truth                labels and model against what was composed
    tour                 all stages in order, as commands to repeat
"""
