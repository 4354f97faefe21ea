# what: sums in a pool of threads, and in a coroutine
# problem: total
import asyncio
from concurrent.futures import ThreadPoolExecutor


def total(numbers):
    async def whole():
        return await asyncio.to_thread(sum, parts)

    with ThreadPoolExecutor(3) as pool:
        parts = list(pool.map(int, numbers))
    return asyncio.run(whole())
