# what: returns a coroutine
# problem: total
# passes: 0
async def total(numbers):
    return sum(numbers)
