"""Train: labelled songs in, a genre model and an honest report out.

config.py       what a run is asked to do
sources.py      what the catalog says about the songs, and whether it is enough
data.py         songs, labels and parts as one table of arrays
crops.py        all frames on the device; crops gathered by index arithmetic
augment.py      an epoch's random draws and what they do to crops
models/         the networks, one file per family
device.py       where and how precisely to compute, repeatably
loop.py         the training loop
learner.py      a network on its way: what is saved and taken up again
workshop.py     puts all of that in place; makes a checkpoint of what was learnt
checkpoint.py   safetensors + JSON
predict.py      songs to logits, a sound to genres
exam.py         questions and answers; metrics.py, weighted.py, bootstrap.py and
                calibration.py judge them, baselines.py is to be beaten
examine.py      all systems sit the exam; summary.py makes it metrics.json
report.py       report.html from report_data.py, words.py, sections.py, pictures.py
run.py          one run on disk; rundir.py names it and its files
outcomes.py     what the user is told
pipeline.py     train, evaluate, predict: the door to the catalog
"""
