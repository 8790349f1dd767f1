"""What is there, what is missing on this machine, and what a list will cost.

overview.py   ``genre status``: the funnel by genre, what failed, who is blocked
doctor.py     ``genre doctor``: programs, libraries, logins, disk, processor
plan.py       ``genre plan``: songs, hours and room that a list file will ask for

All read, none changes anything; ``screens.py`` says how they look.
"""
