"""How people respond: attention, practice, two stores per goal, school, peers, probes, and the ledger of assumptions.

Numbers in, numbers out: no SimPy, no state, nothing drawn. Functions take floats and NumPy arrays alike. No function
here knows what push-in or pull-out is: a place is a set of numbers.
"""
