import Glibc
import TestSupport
import Testing

@Suite struct SpawnTests {
    /// A socket that a child keeps open tells nobody that it was closed here.
    @Test func aProgramGetsNoneOfOurDescriptors() async {
        let descriptor = dup(STDOUT_FILENO)
        defer { close(descriptor) }
        #expect(descriptor > STDERR_FILENO && fcntl(descriptor, F_GETFD) == 0)

        let program = ChildProcess(["/bin/sh", "-c", "[ -e /proc/$$/fd/\(descriptor) ] && echo open || echo closed"])

        #expect(await program.line { _ in true } == "closed")
    }
}
