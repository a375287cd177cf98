import Glibc
import TestSupport
import Testing

@testable import Worker

@Suite struct ScratchRootTests {
    private let parent: String

    init() { parent = TestFiles.makeDirectory("scratch-test") }

    @Test func removesWhatKilledWorkersLeftBehindAndNothingElse() throws {
        let abandoned = "\(parent)/\(ScratchRoot.prefix)dead01"
        let foreign = "\(parent)/something-else"
        for path in [abandoned, "\(abandoned)/7-1", foreign] { #expect(mkdir(path, 0o700) == 0) }
        let first = try ScratchRoot(in: parent)
        #expect(access(abandoned, F_OK) != 0)
        let second = try ScratchRoot(in: parent)
        for path in [first.path, second.path, foreign] { #expect(access(path, F_OK) == 0) }
        first.remove()
        second.remove()
        #expect(access(second.path, F_OK) != 0)
        #expect(rmdir(foreign) == 0)
        #expect(rmdir(parent) == 0)
    }

    /// As when the system removed it, and its worker made it again.
    @Test func isHeldAlsoWhenItWasMadeAgain() throws {
        let root = try ScratchRoot(in: parent)
        root.remove()
        for _ in 0..<2 { try root.restore() }
        let next = try ScratchRoot(in: parent)
        #expect(access(root.path, F_OK) == 0)
        root.remove()
        next.remove()
        #expect(rmdir(parent) == 0)
    }
}
