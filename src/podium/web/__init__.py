"""The page: assessments in a browser on this machine, and the interface behind it.

`store` keeps videos and assessments as files, `worker` makes assessments one at a time in a child
process (`child`), `guard` lets nobody else in, and `api` ties them together. `serve` runs it.
"""
