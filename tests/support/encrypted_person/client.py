"""A test person on matrix-nio, an encrypting client that shares no code with matrix-sdk's.

One command a line on standard input, as JSON with `do`; one answer a line on standard output: `{"ok": ...}` or
`{"error": "..."}`. Nothing happens between commands: `sync` is asked for, and gives back what it brought.

Keys go to every device, verified or not, as in most people's clients. `withhold` says something whose key sitrep's
device does not get; `hand_over` sends it that key afterwards.
"""

import asyncio
import json
import logging
import sys

from nio import AsyncClient, ClientConfig, MegolmEvent, RoomMessage
from nio.api import Api
from nio.crypto.attachments import decrypt_attachment
from nio.responses import ToDeviceResponse

logging.disable(logging.CRITICAL)

ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


def good(response):
    """An answer that is no refusal."""
    if type(response).__name__.endswith("Error"):
        raise RuntimeError(str(response))
    return response


def shown(room, event):
    undecrypted = isinstance(event, MegolmEvent)
    return {
        "room": room,
        "event_id": event.event_id,
        "sender": event.sender,
        "type": event.source.get("type"),
        "content": event.source.get("content", {}),
        "was_encrypted": bool(getattr(event, "decrypted", False)) or undecrypted,
        "is_readable": not undecrypted,
    }


class Person:
    def __init__(self):
        self.client = None
        self.withheld = None

    async def log_in(self, homeserver, user, password, store):
        config = ClientConfig(store_sync_tokens=False, encryption_enabled=True)
        self.client = AsyncClient(homeserver, user, store_path=store, config=config)
        good(await self.client.login(password, device_name="nio"))
        await self.client.keys_upload()
        return {"device": self.client.device_id}

    async def sync(self, timeout):
        response = good(await self.client.sync(timeout=timeout))
        await self.chores()
        events = [
            shown(room, event)
            for room, joined in response.rooms.join.items()
            for event in joined.timeline.events
        ]
        return {"events": events, "invited": list(response.rooms.invite)}

    async def chores(self):
        client = self.client
        if client.should_upload_keys:
            await client.keys_upload()
        if client.should_query_keys:
            await client.keys_query()
        if client.should_claim_keys:
            await client.keys_claim(client.get_users_for_key_claiming())
        await client.send_to_device_messages()

    async def create_room(self, invite, direct):
        return good(
            await self.client.room_create(invite=invite, is_direct=direct, initial_state=[ENCRYPTION])
        ).room_id

    async def join(self, room):
        return good(await self.client.join(room)).room_id

    async def leave(self, room):
        good(await self.client.room_leave(room))

    async def members(self, room):
        return [member.user_id for member in good(await self.client.joined_members(room)).members]

    async def say(self, room, body, content=None):
        message = {"msgtype": "m.text", "body": body, "m.mentions": {}, **(content or {})}
        sent = await self.client.room_send(room, "m.room.message", message, ignore_unverified_devices=True)
        return good(sent).event_id

    async def react(self, room, event, key):
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        sent = await self.client.room_send(
            room, "m.reaction", {"m.relates_to": relation}, ignore_unverified_devices=True
        )
        return good(sent).event_id

    async def redact(self, room, event):
        return good(await self.client.room_redact(room, event)).event_id

    async def download(self, file):
        """An encrypted file, decrypted, in hexadecimal."""
        place = file["url"].removeprefix("mxc://")
        url = f"{self.client.homeserver}/_matrix/client/v1/media/download/{place}"
        headers = {"Authorization": f"Bearer {self.client.access_token}"}
        async with self.client.client_session.get(url, headers=headers) as answer:
            answer.raise_for_status()
            stored = await answer.read()
        return decrypt_attachment(stored, file["key"]["k"], file["hashes"]["sha256"], file["iv"]).hex()

    async def read(self, room, event):
        found = good(await self.client.room_get_event(room, event)).event
        if isinstance(found, MegolmEvent):
            found.room_id = room
            try:
                found = self.client.decrypt_event(found)
            except Exception:  # it stays unreadable
                pass
        return shown(room, found)

    async def withhold(self, room, body, whose):
        """Says something for everybody but the devices of `whose`."""
        olm = self.client.olm
        good(await self.client.joined_members(room))
        if self.client.should_query_keys:
            await self.client.keys_query()
        for device in self.client.device_store.active_user_devices(whose):
            self.client.blacklist_device(device)
        olm.create_outbound_group_session(room)
        session = olm.outbound_group_sessions[room]
        self.withheld = {
            "whose": whose,
            "content": {
                "algorithm": "m.megolm.v1.aes-sha2",
                "room_id": room,
                "session_id": session.id,
                "session_key": session.session_key,
            },
        }
        await self.client.share_group_session(room, ignore_unverified_devices=True)
        if olm.outbound_group_sessions[room].id != session.id:
            raise RuntimeError("the session was replaced before it was used")
        return await self.say(room, body)

    async def hand_over(self):
        """Sends the key that was withheld."""
        olm, whose = self.client.olm, self.withheld["whose"]
        for device in self.client.device_store.active_user_devices(whose):
            self.client.unblacklist_device(device)
        missing = {}
        for device in self.client.device_store.active_user_devices(whose):
            if not olm.session_store.get(device.curve25519):
                missing.setdefault(whose, []).append(device.id)
        if missing:
            good(await self.client.keys_claim(missing))
        messages = {}
        for device in self.client.device_store.active_user_devices(whose):
            session = olm.session_store.get(device.curve25519)
            messages[device.id] = olm._olm_encrypt(session, device, "m.room_key", self.withheld["content"])
        method, path, data = Api.to_device(
            self.client.access_token, "m.room.encrypted", {"messages": {whose: messages}}, "hand-over"
        )
        good(await self.client._send(ToDeviceResponse, method, path, data, (None,)))
        return len(messages)


async def main():
    person = Person()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        try:
            answer = {"ok": await getattr(person, command.pop("do"))(**command)}
        except Exception as error:  # the test decides what it means
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
    if person.client:
        await person.client.close()


asyncio.run(main())
