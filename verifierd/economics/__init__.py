"""Economics: what verifying took, what that costs, and what sampling more can be expected to solve."""
