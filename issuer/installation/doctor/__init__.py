"""`mintmark doctor`: whether each part of an installation works, and what to do if not.

`rules` judges what was measured and asks nobody; `here` measures this machine, `outside` asks the
server at its public address, as everybody does.
"""
