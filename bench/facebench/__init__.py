"""The parts of `bench/faces` and `bench/large`."""
