"""Reads invitations with two parsers that are not ours, and keeps a calendar as a mail program does.

Arguments: the files in the order in which they came. Prints the calendar after each of them, a line an entry:
UID, SEQUENCE, DTSTART, LOCATION. A newer version replaces the entry of the same UID; METHOD:CANCEL takes it out.
Both parsers must read the same, or the program ends with an error.
"""

import sys

import icalendar
import vobject


def by_icalendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    attendee = event["ATTENDEE"]
    return {
        "method": str(calendar["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "start": event.decoded("DTSTART").astimezone().timestamp(),
        "end": event.decoded("DTEND").astimezone().timestamp(),
        "summary": str(event["SUMMARY"]),
        "location": str(event["LOCATION"]),
        "status": str(event["STATUS"]),
        "organizer": str(event["ORGANIZER"]),
        "attendee": str(attendee),
        "rsvp": str(attendee.params["RSVP"]),
    }


def by_vobject(text):
    calendar = vobject.readOne(text)
    event = calendar.vevent
    return {
        "method": calendar.method.value,
        "uid": event.uid.value,
        "sequence": int(event.sequence.value),
        "start": event.dtstart.value.timestamp(),
        "end": event.dtend.value.timestamp(),
        "summary": event.summary.value,
        "location": event.location.value,
        "status": event.status.value,
        "organizer": event.organizer.value,
        "attendee": event.attendee.value,
        "rsvp": event.attendee.params["RSVP"][0],
    }


entries = {}
for name in sys.argv[1:]:
    with open(name, encoding="utf-8", newline="") as file:
        text = file.read()
    one, other = by_icalendar(text), by_vobject(text)
    if one != other:
        sys.exit(f"{name}: icalendar reads {one}, vobject reads {other}")
    known = entries.get(one["uid"])
    if known is None or one["sequence"] >= known["sequence"]:
        if one["method"] == "CANCEL":
            entries.pop(one["uid"], None)
        else:
            entries[one["uid"]] = one
    shown = [f"{e['uid']} {e['sequence']} {e['start']:.0f} {e['location']}" for e in entries.values()]
    print(f"{one['method']}: {'; '.join(shown)}")
