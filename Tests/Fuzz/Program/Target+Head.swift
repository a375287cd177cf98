import HTTPTransport

extension FuzzTarget {
    /// The reader of response heads, a line at a time.
    static let head = FuzzTarget(
        name: "head",
        seeds: {
            [
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nRetry-After: 5\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 302\r\nlocation: /x\r\n\r\nHTTP/2 204\r\n a: b\r\n\r\n",
            ].map { Array($0.utf8) }
        },
        words: ["HTTP/", "HTTP/1.1 ", " ", ":", "\r\n", "\n", "200", "302", "Location: x", "\t"],
        read: { input in
            var words: [String] = []
            for followsRedirects in [false, true] {
                var reader = ResponseHeadReader(followsRedirects: followsRedirects)
                var last = "nothing"
                for line in input.split(separator: 0x0A, omittingEmptySubsequences: false) {
                    switch reader.lineArrived(line + [0x0A]) {
                    case .incomplete: continue
                    case .complete(let head):
                        require((200...999).contains(head.status), "a final status of \(head.status)")
                        require(head.headers.allSatisfy { !$0.value.utf8.contains(0x0A) }, "a line end in a field")
                        last = "complete \(min(head.headers.fields.count, 9)) \(head.status / 100)"
                    case .malformed: last = "malformed"
                    case .tooLarge: last = "too large"
                    }
                }
                words.append(last)
            }
            return words.joined(separator: " ")
        }
    )
}
