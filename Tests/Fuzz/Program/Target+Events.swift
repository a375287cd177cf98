import HTTPTransport

extension FuzzTarget {
    /// The parser of event streams: the same events however the bytes are cut, and never more kept than is allowed.
    static let events = FuzzTarget(
        name: "events",
        seeds: {
            [
                "data: a\n\n", ": c\nevent: x\nid: 7\ndata: {\"a\":1}\ndata: b\r\n\r\ndata\n\n",
                "\u{FEFF}data:x\r\rid\n\n",
                "retry: 5\nevent\ndata: é\n\n",
            ].map { Array($0.utf8) }
        },
        words: ["data:", "data: ", "event: ", "id: ", "retry: ", ":", "\n\n", "\r\n\r\n", "\r", "\n", "[DONE]"],
        read: { input in
            let whole = events(of: [input[...]])
            let cut = input.count / 3
            require(whole == events(of: [input[..<cut], input[cut...]]), "other events when it is cut at \(cut)")
            let bytes = input.count < 20_000 ? input.indices.map { input[$0..<($0 + 1)] } : []
            require(bytes.isEmpty || whole == events(of: bytes), "other events byte by byte")
            let narrow = events(of: [input[...]], lineBytes: 64, eventBytes: 100)
            for event in narrow.events {
                require(event.data.utf8.count <= 100 && event.event.utf8.count <= 64, "an event beyond the limits")
            }
            let shapes = whole.events.prefix(3).map { event in
                "\(event.event == "message") \(event.id.isEmpty) \(min(event.data.split(separator: "\n").count, 3))"
            }
            return "\(whole.error ?? "") \(min(whole.events.count, 9)) \(narrow.error ?? "") \(shapes)"
        }
    )

    private struct Parsed: Equatable {
        var events: [ServerSentEvent] = []
        var error: String?
    }

    /// What a stream in pieces gives; of a piece with an error in it nothing.
    private static func events(
        of pieces: [ArraySlice<UInt8>],
        lineBytes: Int = ServerSentEventParser.defaultMaximumLineBytes,
        eventBytes: Int = ServerSentEventParser.defaultMaximumEventBytes
    ) -> Parsed {
        var parser = ServerSentEventParser(maximumLineBytes: lineBytes, maximumEventBytes: eventBytes)
        var parsed = Parsed()
        for piece in pieces {
            do throws(ServerSentEventError) {
                parsed.events += try parser.consume(piece)
            } catch {
                return Parsed(error: "\(error)")
            }
        }
        return parsed
    }
}
