"""What do many runs show? Experiments, their execution, comparison and results."""
