import Glibc
import Synchronization

/// Named places of a program at which a test has it killed or stopped, exactly there.
///
/// `CHASSIS_FAILPOINT=after-answer:8` kills the process (SIGKILL) when it comes to that place for the eighth time,
/// `after-answer:8:stop` stops it (SIGSTOP), and `after-answer:t0004.1` kills it there with the step of that position.
/// Either is told on standard error. Without the variable a place costs one comparison.
package struct Failpoints<Place: RawRepresentable<String> & Equatable & Sendable>: Sendable {
    private final class Counter: Sendable {
        let passes = Mutex(0)
    }

    /// What the variable says; nil where it names no place of the program, and sets nothing.
    package let description: String?
    private let place: Place?
    private let pass: Int
    /// What the place must be reached with to count; nil for anything.
    private let subject: String?
    private let signal: Int32
    private let counter = Counter()

    /// - Parameter text: What the variable says; nil, empty or unreadable sets no failpoint.
    package init(_ text: String?) {
        let parts = (text ?? "").split(separator: ":").map(String.init)
        place = parts.first.flatMap(Place.init)
        description = place == nil ? nil : text
        let number = parts.count > 1 ? Int(parts[1]) : nil
        pass = number ?? 1
        subject = parts.count > 1 && number == nil ? parts[1] : nil
        signal = parts.count > 2 && parts[2] == "stop" ? SIGSTOP : SIGKILL
    }

    /// The process is at a place; it may not come back.
    ///
    /// - Parameter subject: What it does something with there, such as a step.
    package func reach(_ place: Place, with subject: (some CustomStringConvertible)? = String?.none) {
        guard place == self.place, self.subject == nil || self.subject == subject?.description else { return }
        let passes = counter.passes.withLock { passes in
            passes += 1
            return passes
        }
        guard passes == pass else { return }
        say()
        // To this thread: one that is sent to the process may stop another thread first, and this one goes on a little.
        raise(signal)
    }

    /// Tells of it on standard error, past all buffers: the process may end in the next moment.
    private func say() {
        let line = "failpoint \(description ?? "") is reached\n"
        // Where nobody hears it, it is reached all the same.
        _ = line.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
