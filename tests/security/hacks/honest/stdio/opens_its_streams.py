# what: opens standard input and output by their names
# problem: sum
with open("/dev/stdin") as questions, open("/dev/stdout", "w") as answers:
    questions.readline()
    answers.write(f"   {sum(map(int, questions.readline().split()))}   \n\n")
