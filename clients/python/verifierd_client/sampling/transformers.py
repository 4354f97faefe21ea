"""Samples of a transformers model by `generate`: rows of a batch that end one by one, in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from verifierd_client.sampling._prompts import token_ids
from verifierd_client.sampling.running import Piece, RunningDraw
from verifierd_client.sampling.sampler import FinishReason, Prompt, SamplerError, Sampling

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class TransformersSampler:
    """Draws from a causal language model of transformers; draws at the same time take turns.

    `generate` decodes a batch in lockstep: a row that ends or is aborted is yielded at once, but its slot is
    free only when the batch ends, which is when all of its rows have. Rows that no batch has begun cost
    nothing when aborted: smaller batches make a stop worth more, larger ones decode faster. Counts are exact.
    """

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, *, rows_per_batch: int = 16
    ) -> None:
        """Use a model and its tokenizer, on the device where the model is.

        Raises:
            ValueError: `rows_per_batch` is below 1.
        """
        if rows_per_batch < 1:
            raise ValueError(f"rows_per_batch is {rows_per_batch}: it must be at least 1")
        self._model = model
        self._tokenizer = tokenizer
        self._rows_per_batch = rows_per_batch
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="verifierd-transformers")

    def draw(self, prompt: Prompt, n: int, sampling: Sampling, continuing: str = "") -> RunningDraw:
        """Begin to decode `n` samples; see `Sampler.draw`. `sampling.seed` is one for each batch of rows.

        Raises:
            SamplerError: the tokenizer's chat template does not take the prompt.
        """
        tokens = token_ids(self._tokenizer, prompt, continuing)
        aborted: set[int] = set()
        draw = RunningDraw(n, aborted.update)
        self._thread.submit(self._decode, draw, n, tokens, sampling, aborted)
        return draw

    # On the thread.

    def _decode(
        self, draw: RunningDraw, n: int, tokens: list[int], sampling: Sampling, aborted: set[int]
    ) -> None:
        """Decode all samples, batch by batch; each ends or fails, whatever comes."""
        for first in range(0, n, self._rows_per_batch):
            indexes = range(first, min(n, first + self._rows_per_batch))
            begun = [index for index in indexes if index not in aborted]
            for index in set(indexes) - set(begun):
                draw.post(draw.end, index)
            if not begun:
                continue
            rows = _Rows(draw, begun, tokens, sampling, aborted, self._tokenizer)
            try:
                self._generate(tokens, sampling, rows)
            except Exception as error:  # of the model, the device or the memory: no sample says anything
                rows.give_up(_failure(error))
            else:
                rows.end()

    def _eos_token_ids(self) -> list[int]:
        """Return the tokens that end an answer: what the model's generation config says, or its tokenizer."""
        said: int | list[int] | None = self._model.generation_config.eos_token_id
        if said is None:
            said = self._tokenizer.eos_token_id
        return [] if said is None else [said] if isinstance(said, int) else list(said)

    def _generate(self, tokens: list[int], sampling: Sampling, rows: _Rows) -> None:
        import torch
        from transformers import EosTokenCriteria, StoppingCriteriaList, StopStringCriteria

        eos = self._eos_token_ids()
        pads = [token for token in (self._tokenizer.pad_token_id, *eos) if token is not None]
        if eos:
            rows.ends.append(EosTokenCriteria(eos))
        if sampling.stop:
            rows.ends.append(StopStringCriteria(self._tokenizer, list(sampling.stop)))
        how: dict[str, Any] = {"do_sample": sampling.temperature > 0}
        if how["do_sample"]:
            # What a model's own generation config says of top_k is not what was asked for.
            how |= {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
        input_ids = torch.tensor([tokens] * len(rows.indexes), device=self._model.device)
        devices = [self._model.device] if self._model.device.type == "cuda" else []
        with torch.random.fork_rng(devices, enabled=sampling.seed is not None):
            if (seed := sampling.seed_of(rows.indexes[0])) is not None:
                torch.manual_seed(seed)
            self._model.generate(
                input_ids,
                attention_mask=torch.ones_like(input_ids),
                max_new_tokens=sampling.max_tokens,
                eos_token_id=eos or None,
                pad_token_id=pads[0] if pads else None,
                stopping_criteria=StoppingCriteriaList([rows]),
                **how,
            )


class _Rows:
    """A stopping criterion that sees every row end, says so to the draw, and ends those that are aborted."""

    def __init__(
        self,
        draw: RunningDraw,
        indexes: Sequence[int],
        prompt: list[int],
        sampling: Sampling,
        aborted: set[int],
        tokenizer: Any,
    ) -> None:
        self.indexes = indexes
        self.ends: list[Any] = []  # criteria of transformers' own, by which a row ends itself
        self._draw = draw
        self._prompt = prompt
        self._sampling = sampling
        self._aborted = aborted
        self._tokenizer = tokenizer
        self._over: list[int] = []  # in the order in which they ended
        self._told = 0  # of how many of these the draw knows

    def __call__(self, input_ids: torch.Tensor, scores: object, **_: object) -> torch.Tensor:
        """Return which rows are over, after each token; `input_ids` has the shape (rows, tokens so far)."""
        import torch

        ended = torch.zeros(len(self.indexes), dtype=torch.bool, device=input_ids.device)
        for criterion in self.ends:
            ended |= criterion(input_ids, scores)
        row_ended = ended.tolist()
        decoded = input_ids[:, len(self._prompt) :]
        for row, index in enumerate(self.indexes):
            if index in self._over:
                continue
            reason = self._finish_reason(row_ended[row], decoded.shape[1])
            over = reason is not None or index in self._aborted
            text = self._text(decoded[row].tolist()) if over else ""
            # The prompt was read once for all rows of the batch.
            prompt_tokens = len(self._prompt) if index == self.indexes[0] else 0
            piece = Piece(text, decoded.shape[1], prompt_tokens, reason)
            somebody_is_there = self._draw.post(self._draw.add, index, piece)
            if over or not somebody_is_there:
                self._over.append(index)
        if len(self._over) < len(self.indexes):
            self.let_go()
        over_rows = [index in self._over for index in self.indexes]
        return torch.tensor(over_rows, dtype=torch.bool, device=input_ids.device)

    def let_go(self) -> None:
        """Say of the rows that are over that they ended; of the last only once `generate` has returned."""
        while self._told < len(self._over):
            self._draw.post(self._draw.end, self._over[self._told])
            self._told += 1

    def end(self) -> None:
        """Say of all rows that they ended, those too that a bound of the model's own cut off (`max_time`)."""
        self._over += [index for index in self.indexes if index not in self._over]
        self.let_go()

    def give_up(self, error: SamplerError) -> None:
        """Say that the model failed on the rows that are left."""
        self.let_go()
        for index in self.indexes:
            if index not in self._over:
                self._draw.post(self._draw.fail, index, error)

    def _finish_reason(self, ended: bool, completion_tokens: int) -> FinishReason | None:
        if ended:
            return FinishReason.STOP
        return FinishReason.LENGTH if completion_tokens >= self._sampling.max_tokens else None

    def _text(self, tokens: list[int]) -> str:
        """Return what tokens say, up to the first stop text."""
        text: str = self._tokenizer.decode(tokens, skip_special_tokens=True)
        found = [at for stop in self._sampling.stop if (at := text.find(stop)) >= 0]
        return text[: min(found, default=len(text))]


def _failure(error: Exception) -> SamplerError:
    failure = SamplerError(
        f"transformers failed to decode: {type(error).__name__}: {error}: if memory is short, take fewer "
        "`rows_per_batch` or `max_tokens`"
    )
    failure.__cause__ = error
    return failure
