import Checkpoints
import Testing

@Suite struct ArtifactNameTests {
    @Test(arguments: ["a", "reports/churn.csv", "a b/ü.txt", "x..y", "-", "CON", String(repeating: "n", count: 255)])
    func takesOrdinaryNames(_ text: String) throws {
        #expect(try ArtifactName(text).description == text)
    }

    @Test(arguments: [
        "", "/", "/etc/passwd", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", ".hidden", "a/.b", "a\u{0}b", "a\nb",
        String(repeating: "n", count: 256), Array(repeating: "a", count: 17).joined(separator: "/"),
        Array(repeating: String(repeating: "n", count: 200), count: 6).joined(separator: "/"),
    ])
    func refusesWhatCouldLeadElsewhere(_ text: String) {
        let error = #expect(throws: CheckpointError.self) { try ArtifactName(text) }
        guard case .invalidArtifactName(text, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
