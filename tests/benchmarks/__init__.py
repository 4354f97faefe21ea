"""Speed, as ratios between contenders that do the same work in one run; `make bench`."""
