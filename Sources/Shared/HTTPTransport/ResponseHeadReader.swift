/// Puts together the head of the final response from the header lines that libcurl hands over.
///
/// Interim responses, redirects that are followed, and trailers are passed over.
package struct ResponseHeadReader {
    /// What a line led to.
    package enum Progress: Equatable {
        case incomplete
        case complete(HTTPResponseHead)
        case malformed
        case tooLarge
    }

    /// The most bytes of header lines of one transfer, redirects included.
    static let maximumBytes = 256 * 1024

    private let followsRedirects: Bool
    private var head: HTTPResponseHead?
    private var size = 0

    /// A reader of the head of one transfer.
    package init(followsRedirects: Bool) { self.followsRedirects = followsRedirects }

    /// Reads the next line, its line end included.
    package mutating func lineArrived(_ bytes: some Collection<UInt8>) -> Progress {
        size += bytes.count
        guard size <= Self.maximumBytes else { return .tooLarge }
        let line = String(decoding: bytes, as: UTF8.self).trimmed
        if line.hasPrefix("HTTP/") {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count >= 2, let status = Int(words[1]), (100...999).contains(status) else { return .malformed }
            head = HTTPResponseHead(status: status)
            return .incomplete
        }
        guard let head else { return .incomplete }
        guard line.isEmpty else {
            addField(line)
            return .incomplete
        }
        self.head = nil
        return isInterim(head) ? .incomplete : .complete(head)
    }

    private mutating func addField(_ line: String) {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
        head?.headers.add(String(line[..<colon]).trimmed, String(line[line.index(after: colon)...]).trimmed)
    }

    private func isInterim(_ head: HTTPResponseHead) -> Bool {
        if (100..<200).contains(head.status) { return true }
        // As libcurl decides it.
        return followsRedirects && (300..<400).contains(head.status) && head.headers["location"]?.isEmpty == false
    }
}

extension String {
    /// The text without spaces, tabs and line ends around it.
    fileprivate var trimmed: String {
        let isBlank: (Unicode.Scalar) -> Bool = { [" ", "\t", "\r", "\n"].contains($0) }
        guard let first = unicodeScalars.firstIndex(where: { !isBlank($0) }),
            let last = unicodeScalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(unicodeScalars[first...last])
    }
}
