import Glibc
import JobModel
import Testing

@testable import Worker

@Suite struct ScratchDirectoryTests {
    @Test func isMadeAlsoWhenItsRootWasRemoved() throws {
        let root = try ScratchRoot()
        root.remove()
        defer { root.remove() }
        let scratch = ScratchDirectory(root: root, job: JobID(rawValue: 1), epoch: LeaseEpoch(rawValue: 2))
        try scratch.make()
        try scratch.make()
        #expect(scratch.path == root.path + "/1-2")
        #expect(access(scratch.artifacts, W_OK) == 0)
    }

    @Test func isNotMadeWhereSomebodyElseCouldPutFiles() throws {
        let root = try ScratchRoot()
        root.remove()
        defer { unlink(root.path) }
        #expect(symlink("/tmp", root.path) == 0)
        let scratch = ScratchDirectory(root: root, job: JobID(rawValue: 1), epoch: LeaseEpoch(rawValue: 2))
        let error = #expect(throws: StepFailure.self) { try scratch.make() }
        #expect(error?.failure.code == "scratch")
        #expect(error?.unknownCalls == 0)
        #expect(access("/tmp/1-2", F_OK) != 0)
    }
}
