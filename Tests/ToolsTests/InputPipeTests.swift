import Glibc
import TestSupport
import Testing

@testable import Tools

@Suite struct InputPipeTests {
    /// A program that opens it when its writer is gone would wait for ever; one that no longer finds it is told so.
    @Test func isNotFoundAnyMoreWhenItsWriterIsGone() throws {
        let scratch = Scratch()
        let pipe = try InputPipe(in: scratch.path, clock: ManualClock())
        let watch = inotify_init1(Int32(IN_CLOEXEC))
        defer { close(watch) }
        #expect(inotify_add_watch(watch, scratch.path, UInt32(IN_DELETE | IN_CLOSE_WRITE)) >= 0)
        pipe.close()
        var events = [UInt32](repeating: 0, count: 64)
        let count = read(watch, &events, 256) / 4
        // Each is a number, a mask, a cookie, a length, and a name of that length.
        var masks: [UInt32] = []
        var at = 0
        while at < count {
            masks.append(events[at + 1])
            at += 4 + Int(events[at + 3]) / 4
        }
        #expect(masks == [UInt32(IN_DELETE), UInt32(IN_CLOSE_WRITE)])
    }
}
