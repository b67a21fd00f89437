"""Where and when as numbers: projection, grids, counts, kernels, neighbours, periods."""
