import JobModel
import Testing

@testable import Tools

@Suite struct RedactorTests {
    private static let secret = "s3cr3t/ke\"y+é"
    private let redactor = Redactor(secrets: [secret, "short", "sk-live-0123456789", "sk-live-0123456789-long"])

    /// The secret as it is, percent-encoded, in JSON, in hexadecimal, and in base64 at each alignment.
    static let forms = [
        secret, "s3cr3t%2Fke%22y%2B%C3%A9", "s3cr3t%2fke%22y%2b%c3%a9", #"s3cr3t/ke\"y+é"#,
        "7333637233742f6b6522792bc3a9", "czNjcjN0L2tlInkrw6k=", "dXNlcjpzM2NyM3Qva2UieSvDqQ==",
        "YWI6czNjcjN0L2tlInkrw6k=",
        "YTpzM2NyM3Qva2UieSvDqQ==",
    ]

    @Test(arguments: forms) func findsEachForm(_ form: String) {
        let text = redactor.redacted("before \(form) after")
        #expect(text.contains(Redactor.mark))
        #expect(text.hasPrefix("before ") && text.hasSuffix(" after"))
        // Of base64, what its neighbours decide may stay: never four of its digits.
        #expect(text.count < "before  after".count + Redactor.mark.count + 12)
    }

    @Test func leavesTheRestAlone() {
        let text = "nothing here: s3cr3t, short, sk-live-01234"
        #expect(redactor.redacted(text) == text)
        #expect(Redactor.none.redacted(Self.secret) == Self.secret)
    }

    @Test func takesTheLongestOfTwo() {
        #expect(redactor.redacted("x sk-live-0123456789-long y") == "x <redacted> y")
        #expect(redactor.redacted("x sk-live-0123456789-lost y") == "x <redacted>-lost y")
    }

    @Test func redactsTheTextsAndKeysOfJSON() {
        let value: JSONValue = ["a": [.string("k=" + Self.secret), 1], "sk-live-0123456789": true]
        #expect(redactor.redacted(value) == ["a": ["k=<redacted>", 1], "<redacted>": true])
    }

    @Test func findsTheLinesOfALongSecret() {
        let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----"
        #expect(Redactor(secrets: [key]).redacted("x MIIEvQIBADANBgkqhkiG y") == "x <redacted> y")
    }

    /// Every cut of a stream into three pieces gives the same.
    @Test func findsASecretAcrossThePiecesOfAStream() {
        let text = Array("a sk-live-0123456789 b sk-live-0123456789-long c \(Self.secret) d sk-live-01".utf8)
        for first in 0...text.count {
            for second in stride(from: first, through: text.count, by: 3) {
                var stream = StreamRedactor(redactor)
                var given = stream.take(Array(text[..<first]))
                given += stream.take(Array(text[first..<second]))
                given += stream.take(Array(text[second...]))
                given += stream.finish()
                #expect(String(decoding: given, as: UTF8.self) == "a <redacted> b <redacted> c <redacted> d sk-live-01")
            }
        }
    }

    @Test func handsOnAtOnceWhatBeginsNoSecret() {
        var stream = StreamRedactor(redactor)
        #expect(stream.take(Array("a line\n".utf8)) == Array("a line\n".utf8))
        #expect(stream.take(Array("sk-li".utf8)).isEmpty)
        #expect(stream.take(Array("ne".utf8)) == Array("sk-line".utf8))
    }

    @Test func aProgramsOutputAndLinesAreRedacted() async throws {
        let scratch = Scratch()
        let lines = Lines()
        let result = try await ProgramRunner(redactor: redactor).run(
            Program(
                arguments: ["sh", "-c", "printf sk-live-; printf 0123456789; echo; echo sk-live-0123456789 >&2"],
                scratchDirectory: scratch.path
            ),
            onLine: lines.sink
        )
        #expect(result.output == "<redacted>\n")
        #expect(result.errorOutput == "<redacted>\n")
        #expect(Set(lines.all.map(\.text)) == ["<redacted>"])
    }
}
