import Testing

@testable import HTTPTransport

@Suite struct ResponseHeadReaderTests {
    private func read(_ lines: [String], followsRedirects: Bool = false) -> [ResponseHeadReader.Progress] {
        var reader = ResponseHeadReader(followsRedirects: followsRedirects)
        return lines.map { reader.lineArrived(Array("\($0)\r\n".utf8)) }.filter { $0 != .incomplete }
    }

    @Test func readsStatusAndFields() {
        let head = HTTPResponseHead(status: 200, headers: ["A": "b: c", "Empty": ""])
        #expect(read(["HTTP/1.1 200 OK", "A:  b: c\t", "Empty:", ""]) == [.complete(head)])
        #expect(read(["HTTP/2 204", ""]) == [.complete(HTTPResponseHead(status: 204))])
    }

    @Test func passesOverInterimResponses() {
        let lines = ["HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 200 OK", "A: b", ""]
        #expect(read(lines) == [.complete(HTTPResponseHead(status: 200, headers: ["A": "b"]))])
    }

    @Test func passesOverRedirectsThatAreFollowed() {
        let lines = ["HTTP/1.1 302 Found", "Location: /x", "", "HTTP/1.1 200 OK", ""]
        #expect(read(lines, followsRedirects: true) == [.complete(HTTPResponseHead(status: 200))])
        let redirect = HTTPResponseHead(status: 302, headers: ["Location": "/x"])
        #expect(read(Array(lines[..<3])) == [.complete(redirect)])
    }

    @Test func passesOverTrailers() {
        #expect(read(["HTTP/1.1 200 OK", "", "Trailer: x", ""]) == [.complete(HTTPResponseHead(status: 200))])
    }

    @Test(arguments: ["HTTP/1.1", "HTTP/1.1 abc", "HTTP/1.1 20", "HTTP/1.1 2000"])
    func refusesAStatusLineWithoutStatus(_ line: String) {
        #expect(read([line]) == [.malformed])
    }

    @Test func boundsTheSizeOfTheHead() {
        let field = "A: " + String(repeating: "x", count: 1020)
        let progress = read(["HTTP/1.1 200 OK"] + Array(repeating: field, count: 300))
        #expect(progress.first == .tooLarge)
    }
}
