import Glibc
import JobModel
import Testing

@testable import Worker

@Suite struct ScratchDirectoryTests {
    private func scratch(below root: String) -> ScratchDirectory {
        ScratchDirectory(root: root, job: JobID(rawValue: 7), epoch: LeaseEpoch(rawValue: 2))
    }

    /// What cleans up `/tmp` takes what nobody has used for days.
    @Test func makesTheRootAgainThatWasCleanedAway() throws {
        let root = try ScratchRoot.make()
        defer { ScratchRoot.remove(root) }
        #expect(rmdir(root) == 0)
        let scratch = scratch(below: root)
        try scratch.make()
        #expect(access(scratch.artifacts, W_OK) == 0)
        var status = stat()
        #expect(lstat(root, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
    }

    @Test func refusesARootThatSomebodyPutInItsPlace() throws {
        let root = try ScratchRoot.make()
        defer { ScratchRoot.remove(root) }
        #expect(rmdir(root) == 0)
        #expect(symlink("/tmp", root) == 0)
        #expect(throws: JobFailure.self) { try scratch(below: root).make() }
    }
}
