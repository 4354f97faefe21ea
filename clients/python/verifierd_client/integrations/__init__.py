"""Rewards and scores for trainers and evaluators, a module for each of their frameworks."""
