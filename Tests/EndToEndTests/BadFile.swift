import Glibc
import Testing

/// A file that cannot be taken, whatever it is meant to be.
struct BadFile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What is said about it.
    let says: [String]
    /// Whether it can be read, so that its content is what is refused.
    let isReadable: Bool
    /// Makes it, at a path.
    let make: @Sendable (String) -> Void

    static let all: [BadFile] = [
        BadFile("missing", unreadable: ["no such file or directory; check the path"]) { _ in },
        BadFile("a directory", unreadable: ["is a directory; name a file"]) { mkdir($0, 0o755) },
        BadFile("a pipe that nobody writes to", unreadable: ["nobody writes to this pipe; name a file"]) {
            mkfifo($0, 0o644)
        },
        BadFile("a link to itself", unreadable: ["too many levels of symbolic links; check its symbolic links"]) {
            symlink($0, $0)
        },
        BadFile("100 MB", unreadable: ["the file is larger than 1048576 bytes; name a smaller one"]) {
            Fleet.write("name: x\n", to: $0)
            truncate($0, 100 << 20)
        },
        BadFile("malformed", ":3:1: not valid YAML: did not find expected ',' or ']'", "name: x\njobs: [a, b\n"),
        BadFile("nested deeply", ":1:8: nested deeper than 64", "name: " + String(repeating: "[", count: 300_000)),
        BadFile(
            "an alias bomb",
            ":3:7: anchors (&) and aliases (*) are not supported; write the value out",
            "name: bomb\njobs:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + bomb(to: 12)
        ),
        BadFile(
            "an alias bomb in a key",
            ":17:3: not valid YAML: could not find expected ':' (while scanning a simple key, from 16:3); explicit keys",
            "name: bomb\njobs:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + bomb(to: 12) + "  ? *a12\n  : x\n"
        ),
        BadFile("NUL", ":1:8: the character U+0000 is not allowed", "name: x\0\n"),
        BadFile("not UTF-8", ":1:7: a byte that is not UTF-8: 0xff; save the file as UTF-8", "name: \u{1A}\n"),
        BadFile(
            "a key that is repeated",
            ":3:1: the key \"name\" is repeated",
            "name: x\njobs: {a: {command: [x]}}\nname: y\n"
        ),
    ]

    private init(_ description: String, unreadable says: [String], make: @escaping @Sendable (String) -> Void) {
        testDescription = description
        self.says = says
        isReadable = false
        self.make = make
    }

    /// - Parameter says: What is said, from the place on, which stands behind the file's name.
    private init(_ description: String, _ says: String, _ text: String) {
        testDescription = description
        self.says = ["file.yaml" + says]
        isReadable = true
        // The substitute character stands for a byte that no text can hold.
        let bytes = text.utf8.map { $0 == 0x1A ? 0xFF : $0 }
        make = { path in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
            _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            close(descriptor)
        }
    }

    /// Each line stands for ten times the one before it.
    private static func bomb(to last: Int) -> String {
        (1...last).map { number in
            let aliases = String(repeating: "*a\(number - 1), ", count: 9) + "*a\(number - 1)"
            return "  a\(number): &a\(number) [\(aliases)]\n"
        }.joined()
    }
}
