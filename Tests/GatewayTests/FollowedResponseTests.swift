import Models
import Testing

@testable import Gateway

@Suite struct FollowedResponseTests {
    private static func event(_ type: String, _ response: String) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\",\"response\":\(response)}\n\n"
    }

    private static let usage = #""usage":{"input_tokens":100,"output_tokens":10}"#
    private static let begin = event("response.created", #"{"status":"in_progress","usage":null}"#)

    /// However the bytes are cut, it is told with those that complete the event.
    @Test(arguments: ["completed", "incomplete", "failed", "cancelled"])
    func tellsWhatAResponseTookThatChangesNoMore(_ status: String) {
        let end = Self.event("response.\(status)", "{\"status\":\"\(status)\",\(Self.usage)}")
        let bytes = Array((Self.begin + end).utf8)
        for cut in 0..<bytes.count {
            var response = FollowedResponse()
            let first = response.consume(Array(bytes[..<cut]))
            let second = response.consume(Array(bytes[cut...]))
            #expect(first == nil)
            #expect(second?.input == 100 && second?.output == 10)
        }
    }

    @Test(arguments: [
        Self.begin, Self.event("response.in_progress", "{\"status\":\"in_progress\",\(Self.usage)}"),
        Self.event("response.cancelled", #"{"status":"cancelled","usage":null}"#),
        "data: {no json, but \"usage\"}\n\n", "data: {\"response\":{\(Self.usage)}}", "\u{0}\u{1}",
    ])
    func whatTellsNothingCostsNothing(_ text: String) {
        var response = FollowedResponse()
        #expect(response.consume(Array(text.utf8)) == nil)
    }

    @Test func anAnswerThatIsNoStreamTellsItAsAWhole() {
        #expect(FollowedResponse.usage(in: Array("{\"status\":\"completed\",\(Self.usage)}".utf8))?.output == 10)
        #expect(FollowedResponse.usage(in: Array("{\"status\":\"queued\",\(Self.usage)}".utf8)) == nil)
        #expect(FollowedResponse.usage(in: Array("<html>".utf8)) == nil)
    }

    @Test func whatIsNoStreamIsNotReadOn() {
        var response = FollowedResponse()
        #expect(response.consume([0x64, 0x61, 0x74, 0x61, 0x3A, 0xFF, 0x0A, 0x0A]) == nil)
        let end = Self.event("response.completed", "{\"status\":\"completed\",\(Self.usage)}")
        #expect(response.consume(Array(end.utf8)) == nil)
    }
}
