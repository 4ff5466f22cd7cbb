"""The sample workspace: a shop with readers, mailings, and what became of them.

Everything is made from one seed, so that each machine shows the same figures.
"""
