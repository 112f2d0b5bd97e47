"""The importer killed, frozen and raced against itself, and every effect counted afterwards.

python -m tests.torture --kills 200 --seed 1
"""
