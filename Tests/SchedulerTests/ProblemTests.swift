import Glibc
import JobModel
import Scheduler
import Testing

@Suite struct ProblemTests {
    @Test func everyCodeIsInTheList() throws {
        let page = try #require(Self.page)
        for code in ProblemCode.allCases {
            #expect(page.contains("| `\(code.rawValue)` | \(code.status) |"), "docs/errors.md lacks \(code.rawValue)")
        }
    }

    @Test func aProblemSaysWhatRFC9457Asks() {
        let json = Problem(.runNotFound, "there is no run 7", extras: ["run": 7]).json
        #expect(json["type"] == "urn:chassis:problem:run-not-found")
        #expect(json["title"] == "there is no such run")
        #expect(json["status"] == 404)
        #expect(json["detail"] == "there is no run 7")
        #expect(json["code"] == "run-not-found")
        #expect(json["run"] == 7)
    }

    private static var page: String? {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        guard let file = fopen(folder + "/../../docs/errors.md", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
