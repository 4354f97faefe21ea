# what: works the answer out in coroutines, with an executor
# problem: sum
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, input)
    numbers = (await loop.run_in_executor(None, input)).split()
    parts = await asyncio.gather(*(asyncio.to_thread(int, number) for number in numbers))
    print(sum(parts))


asyncio.run(main())
