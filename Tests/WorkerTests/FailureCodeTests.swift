import Glibc
import TestSupport
import Testing

/// Jobs fail with words that programs switch over, so a page lists them with the way out of each.
@Suite struct FailureCodeTests {
    private static let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    /// What the sources make failures with: by label, by a function that is given the code first, by a choice of two, and in SQL.
    private static func codes(in text: String) -> [String] {
        let word = /"([a-z]+(?:-[a-z]+)*)"/
        var codes = text.matches(of: /\bcode: "([a-z]+(?:-[a-z]+)*)"/).map { String($0.output.1) }
        codes += text.matches(of: /\b(?:fail|failure)\(\s*"([a-z]+(?:-[a-z]+)*)"/).map { String($0.output.1) }
        codes += text.matches(of: /'code', '([a-z]+(?:-[a-z]+)*)'/).map { String($0.output.1) }
        for line in text.split(separator: "\n") where line.contains("let code = if ") {
            codes += line.matches(of: word).map { String($0.output.1) }
        }
        return codes
    }

    @Test func everyCodeIsInTheList() async throws {
        let maker = "JobFailure|JobError|code: \"|'code'|func fail\\(_ code"
        let search = ChildProcess(["grep", "-rlE", maker, Self.folder + "/Sources"])
        #expect(await search.ended() == .exited(0))
        // There is no such line: what is waited for is that all have been read.
        _ = await search.line { _ in false }
        let page = try #require(Self.read(Self.folder + "/docs/errors.md"))
        var codes: Set<String> = []
        for path in search.output.split(separator: "\n") {
            codes.formUnion(Self.codes(in: try #require(Self.read(String(path)))))
        }
        // Some that stand in each of the forms.
        #expect(codes.isSuperset(of: ["kind-unknown", "limit-turns", "command-failed", "poison"]))
        for code in codes.sorted() {
            let isListed = page.contains("`\(code)`")
            #expect(isListed, "docs/errors.md lacks \(code)")
        }
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
