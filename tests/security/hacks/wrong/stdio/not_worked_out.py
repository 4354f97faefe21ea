# what: answers with the question, a fraction that nobody worked out
# problem: ratio
# passes: 0
print("/".join(input().split()))
