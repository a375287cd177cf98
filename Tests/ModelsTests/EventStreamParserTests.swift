import Digests
import Testing

@testable import Models

@Suite struct EventStreamParserTests {
    /// Two messages that botocore 1.43.11 reads as `messageStart` and `contentBlockDelta`.
    private static let messages =
        "AAAAdwAAAFKrtdNuCzpldmVudC10eXBlBwAMbWVzc2FnZVN0YXJ0DTpjb250ZW50LXR5cGUHABBhcHBsaWNhdGlvbi9qc29uDTptZXNz"
        + "YWdlLXR5cGUHAAVldmVudHsicm9sZSI6ICJhc3Npc3RhbnQifVvg0vUAAACdAAAAV7m7+J8LOmV2ZW50LXR5cGUHABFjb250ZW50Qmxv"
        + "Y2tEZWx0YQ06Y29udGVudC10eXBlBwAQYXBwbGljYXRpb24vanNvbg06bWVzc2FnZS10eXBlBwAFZXZlbnR7ImNvbnRlbnRCbG9ja0lu"
        + "ZGV4IjogMCwgImRlbHRhIjogeyJ0ZXh0IjogIkhcdTAwZTkifX0iHRAK"

    @Test(arguments: [1, 3, 11, 12, 13, 500]) func readsMessagesHoweverTheyAreCut(_ size: Int) throws {
        let bytes = try #require(Base64.decode(Self.messages))
        var parser = EventStreamParser()
        var found: [EventStreamMessage] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            found += try parser.consume(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(!parser.isInsideMessage)
        #expect(found.map { $0.headers[":event-type"] } == ["messageStart", "contentBlockDelta"])
        #expect(found[1].headers[":message-type"] == "event")
        #expect(
            String(decoding: found[1].payload, as: UTF8.self)
                == #"{"contentBlockIndex": 0, "delta": {"text": "H\u00e9"}}"#
        )
    }

    @Test func refusesEveryChangedByte() throws {
        let bytes = EventStreamFrames.event("messageStop", #"{"stopReason":"end_turn"}"#)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            var parser = EventStreamParser()
            // A longer message than there is has not come yet; everything else is noticed.
            let isNoticed = (try? parser.consume(changed)) == nil
            #expect(isNoticed || parser.isInsideMessage, "byte \(place)")
        }
    }

    @Test func bounds() {
        var parser = EventStreamParser()
        var head: [UInt8] = [0x10, 0, 0, 0, 0, 0, 0, 0]
        let sum = CRC32.checksum(of: head)
        head += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
        #expect(throws: ModelError.Reason.self) { try parser.consume(head) }
    }

    @Test func knowsThatItIsInsideAMessage() throws {
        var parser = EventStreamParser()
        #expect(try parser.consume(Array(EventStreamFrames.event("a", "{}").dropLast())) == [])
        #expect(parser.isInsideMessage)
    }
}
