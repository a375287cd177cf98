import Glibc
import JobModel
import Testing

@testable import Client

/// Data that stands in files, since an argument of a shell ends at 128 KiB.
@Suite struct DataFileTests {
    private static let invocation = Invocation(
        environment: [:],
        directory: "/tmp",
        output: Terminal(bufferOf: nil),
        errors: Terminal(bufferOf: nil)
    )

    private static func value(_ text: String?, file: String?) throws -> JSONValue? {
        try DataArgument.value(text, file: file, of: "--data", invocation)
    }

    private static func read(_ content: String) throws -> JSONValue? {
        let directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        let path = directory + "/data"
        defer {
            unlink(path)
            rmdir(directory)
        }
        try LocalFile.replace(path, with: content)
        return try value(nil, file: path)
    }

    @Test func takesWhatNoArgumentCanBe() throws {
        let long = String(repeating: "x", count: 250 * 1024)
        #expect(try Self.read("{\"a\": \"\(long)\"}\n") == ["a": .string(long)])
        #expect(try Self.read("hello\n") == "hello\n")
    }

    @Test func takesOneOfTheTwo() throws {
        #expect(try Self.value(nil, file: nil) == nil)
        #expect(try Self.value("12", file: nil) == 12)
        #expect(throws: ClientError.usage("--data and --data-file exclude each other")) {
            try Self.value("1", file: "x")
        }
        #expect(throws: ClientError.usage("--data-file is empty; name a file, or - for standard input")) {
            try Self.value(nil, file: "")
        }
    }

    @Test func takesStandardInput() {
        #expect(DataArgument.path("-", Self.invocation) == "/dev/stdin")
        #expect(DataArgument.path("./-", Self.invocation) == "/tmp/./-")
    }

    @Test func saysWhatIsWrongWithTheFile() throws {
        let missing = #expect(throws: ClientError.self) { try Self.value(nil, file: "chassis-none") }
        #expect(missing?.message.hasPrefix("/tmp/chassis-none: no such file") == true)
        let broken = #expect(throws: ClientError.self) { try Self.read("{bad") }
        #expect(broken?.message.contains("--data-file /tmp/chassis-test-") == true)
        #expect(broken?.message.contains("is no JSON") == true)
        let long = #expect(throws: ClientError.self) { try Self.read(String(repeating: "1", count: 1 << 20 | 1)) }
        #expect(long?.message.contains("1048576") == true, "\(long?.message ?? "")")
    }
}
