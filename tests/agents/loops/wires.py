"""How each provider's client is asked: whole, streamed, by its own helper for streams, bare, by a copy."""

import inspect
import json

from agentscope_recorder import record_anthropic, record_openai

MODEL = "model-of-a-script"
#: Ways to get an answer in one piece.
WHOLE = ("create", "raw", "copy")
SYSTEM = "You are a careful coding agent."
NAMES = ("read_file", "patch_file", "run_test")
SCHEMA = {
    "type": "object",
    "properties": {"path": {"type": "string"}},
    "required": ["path"],
    "additionalProperties": False,
}


class Client:
    """One client, sync or async; `ask` gives (text, calls, what to remember)."""

    def __init__(self, url, *, is_async, run):
        self.is_async = is_async
        self.client = self.make(url, run)

    async def whole(self, answer):
        """Wait for what a client gives, if it wants that."""
        return await answer if self.is_async else answer

    async def made(self, way, make, request):
        """Ask for a whole answer, in one of three ways; `make` finds the methods on a client."""
        client = self.client.with_options(timeout=30) if way == "copy" else self.client
        if way == "raw":
            parsed = (await self.whole(make(client).with_raw_response.create(**request))).parse()
            return await parsed if inspect.isawaitable(parsed) else parsed
        return await self.whole(make(client).create(**request))

    async def items(self, stream):
        """Go through a stream of either kind."""
        stream = await self.whole(stream)
        if self.is_async:
            return [item async for item in stream]
        return list(stream)


class Messages(Client):
    def make(self, url, run):
        import anthropic

        kind = anthropic.AsyncAnthropic if self.is_async else anthropic.Anthropic
        return record_anthropic(kind(base_url=url, api_key="none"), run)

    async def ask(self, messages, way):
        tools = [{"name": name, "description": name, "input_schema": SCHEMA} for name in NAMES]
        request = {"model": MODEL, "max_tokens": 500, "system": SYSTEM, "tools": tools, "messages": messages}
        if way in WHOLE:
            content = (await self.made(way, lambda client: client.messages, request)).content
        elif way == "stream":
            content = blocks_of(await self.items(self.client.messages.create(stream=True, **request)))
        else:
            content = (await self.helped(request)).content
        blocks = [block if isinstance(block, dict) else block.model_dump() for block in content]
        text = "".join(block["text"] for block in blocks if block["type"] == "text")
        calls = [(b["id"], b["name"], b["input"]) for b in blocks if b["type"] == "tool_use"]
        kept = [{k: v for k, v in b.items() if k in ("type", "text", "id", "name", "input")} for b in blocks]
        return text, calls, [{"role": "assistant", "content": kept}]

    async def helped(self, request):
        if self.is_async:
            async with self.client.messages.stream(**request) as stream:
                heard = [piece async for piece in stream.text_stream]
                message = await stream.get_final_message()
        else:
            with self.client.messages.stream(**request) as stream:
                heard = list(stream.text_stream)
                message = stream.get_final_message()
        assert heard, "the helper streams"
        return message

    def results(self, results):
        blocks = [
            {"type": "tool_result", "tool_use_id": id, "content": output, "is_error": failed}
            for id, output, failed in results
        ]
        return [{"role": "user", "content": blocks}]


def blocks_of(events):
    """Put the blocks of a stream together."""
    blocks, parts = [], {}
    for event in events:
        if event.type == "content_block_start":
            blocks.append(event.content_block.model_dump())
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            blocks[event.index]["text"] += event.delta.text
        elif event.type == "content_block_delta":
            parts[event.index] = parts.get(event.index, "") + event.delta.partial_json
    for place, part in parts.items():
        blocks[place]["input"] = json.loads(part)
    return blocks


class OpenAI(Client):
    def make(self, url, run):
        import openai

        kind = openai.AsyncOpenAI if self.is_async else openai.OpenAI
        return record_openai(kind(base_url=f"{url}/v1", api_key="none"), run)


class Chat(OpenAI):
    async def ask(self, messages, way):
        functions = [{"name": name, "strict": True, "parameters": SCHEMA} for name in NAMES]
        request = {
            "model": MODEL,
            "tools": [{"type": "function", "function": one} for one in functions],
            "messages": [{"role": "system", "content": SYSTEM}, *messages],
        }
        make = self.client.chat.completions
        if way in WHOLE:
            completion = await self.made(way, lambda client: client.chat.completions, request)
            message = completion.choices[0].message.model_dump()
        elif way == "stream":
            options = {"stream": True, "stream_options": {"include_usage": True}}
            message = message_of(await self.items(make.create(**options, **request)))
        else:
            message = await self.helped(request)
        calls = message.get("tool_calls") or []
        kept = {name: message[name] for name in ("role", "content", "tool_calls") if message.get(name)}
        asked = [(c["id"], c["function"]["name"], json.loads(c["function"]["arguments"])) for c in calls]
        return message["content"], asked, [kept]

    async def helped(self, request):
        home = self.client.chat.completions
        home = home if hasattr(home, "stream") else self.client.beta.chat.completions
        options = {"stream_options": {"include_usage": True}}
        if self.is_async:
            async with home.stream(**request, **options) as stream:
                heard = [event async for event in stream]
                completion = await stream.get_final_completion()
        else:
            with home.stream(**request, **options) as stream:
                heard = list(stream)
                completion = stream.get_final_completion()
        assert heard, "the helper streams"
        return completion.choices[0].message.model_dump(exclude_none=True)

    def results(self, results):
        return [{"role": "tool", "tool_call_id": id, "content": output} for id, output, _ in results]


def message_of(chunks):
    """Put the message of a stream together."""
    message = {"role": "assistant", "content": "", "tool_calls": []}
    for delta in (chunk.choices[0].delta for chunk in chunks if chunk.choices):
        message["content"] += delta.content or ""
        for call in delta.tool_calls or []:
            if call.id:
                message["tool_calls"].append(call.model_dump(exclude={"index"}))
            else:
                message["tool_calls"][call.index]["function"]["arguments"] += call.function.arguments
    return message


class Responses(OpenAI):
    async def ask(self, messages, way):
        tools = [{"type": "function", "name": name, "strict": True, "parameters": SCHEMA} for name in NAMES]
        request = {"model": MODEL, "instructions": SYSTEM, "tools": tools, "input": messages}
        make = self.client.responses
        if way in WHOLE:
            response = await self.made(way, lambda client: client.responses, request)
        elif way == "stream":
            response = (await self.items(make.create(stream=True, **request)))[-1].response
        else:
            response = await self.helped(request)
        items = [item.model_dump(exclude_none=True, warnings=False) for item in response.output]
        calls = [
            (item["call_id"], item["name"], json.loads(item["arguments"]))
            for item in items
            if item["type"] == "function_call"
        ]
        kept = [{k: v for k, v in item.items() if k not in ("status", "parsed_arguments")} for item in items]
        return response.output_text, calls, kept

    async def helped(self, request):
        if self.is_async:
            async with self.client.responses.stream(**request) as stream:
                heard = [event async for event in stream]
                response = await stream.get_final_response()
        else:
            with self.client.responses.stream(**request) as stream:
                heard = list(stream)
                response = stream.get_final_response()
        assert heard, "the helper streams"
        return response

    def results(self, results):
        return [
            {"type": "function_call_output", "call_id": id, "output": output} for id, output, _ in results
        ]


WIRES = {"messages": Messages, "chat": Chat, "responses": Responses}
