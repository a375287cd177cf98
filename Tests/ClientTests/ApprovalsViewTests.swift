import JobModel
import Testing

@testable import Client

/// What a person sees of a decision before taking it.
@Suite struct ApprovalsViewTests {
    private static func text(of arguments: JSONValue) -> String {
        let approval = ApprovalDetail([
            "id": 7, "kind": "call", "title": "call pay", "digest": "d", "state": "open",
            "request": ["tool": "pay", "arguments": arguments],
        ])
        return Fixture.text(ApprovalsView.lines(approval, now: Fixture.now))
    }

    /// The digest that is approved is that of all arguments.
    @Test func showsTheArgumentsOfAnApprovalToTheirEnd() {
        let padding = JSONValue.string(String(repeating: "x", count: 100_000))
        let text = Self.text(of: ["a_memo": padding, "to": "somebody else"])
        #expect(text.contains("somebody else"))
        #expect(!text.contains("…"))
    }

    @Test func showsNoControlCharacterOfThem() {
        let text = Self.text(of: "one\ntwo \u{1B}[2J\u{202E}")
        #expect(text.contains("  two \\x1b[2J\\u{202e}"))
        #expect(!text.contains("\u{1B}"))
    }
}
