import Glibc
import Settings
import Synchronization

/// Where output goes: a descriptor, or a buffer in tests.
package final class Terminal: Sendable {
    private enum Target: Sendable {
        case descriptor(Int32)
        case memory
    }

    private let target: Target
    private let fixedWidth: Int?
    private let buffer = Mutex<[UInt8]>([])
    /// Held while a text goes to the descriptor, which takes it in pieces: no other text gets between them.
    private let turn = Mutex(())

    /// Whether a person looks at it, so that lines may be drawn again.
    package let isInteractive: Bool
    /// Whether colours are written.
    package let isColoured: Bool

    /// A descriptor of this process.
    ///
    /// - Parameter allowsColour: False for `--no-color` and `NO_COLOR`.
    package init(descriptor: Int32, allowsColour: Bool) {
        target = .descriptor(descriptor)
        fixedWidth = nil
        isInteractive = isatty(descriptor) == 1
        isColoured = allowsColour && isInteractive
    }

    /// A buffer whose text is read with `written`.
    package init(bufferOf width: Int?, isColoured: Bool = false) {
        target = .memory
        fixedWidth = width
        isInteractive = width != nil
        self.isColoured = isColoured
    }

    /// The same place without colours.
    package func withoutColour() -> Terminal {
        switch target {
        case .descriptor(let descriptor): Terminal(descriptor: descriptor, allowsColour: false)
        case .memory: self
        }
    }

    /// What was written so far to a buffer.
    package var written: String { buffer.withLock { String(decoding: $0, as: UTF8.self) } }

    /// The columns of the terminal, or nil when output goes elsewhere and nothing need be cut.
    var width: Int? {
        guard isInteractive, case .descriptor(let descriptor) = target else { return fixedWidth }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return Self.usualWidth }
        return Int(size.ws_col)
    }

    /// The lines of the terminal; what is drawn again must fit into them.
    var height: Int {
        guard case .descriptor(let descriptor) = target else { return Self.usualHeight }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return Self.usualHeight }
        return Int(size.ws_row)
    }

    func print(_ line: StyledLine) { write(line.text(coloured: isColoured) + "\n") }

    func print(_ lines: [StyledLine]) {
        guard !lines.isEmpty else { return }
        write(lines.map { $0.text(coloured: isColoured) + "\n" }.joined())
    }

    func print(_ text: some StringProtocol, _ style: Style = .plain) { print(StyledLine(text, style)) }

    /// Writes text as it is, so it must have gone through `SafeText`, or be ours.
    ///
    /// A reader that went away (`chassis runs | head`) ends the process as it ends other programs, with status 141.
    func write(_ text: String) {
        let bytes = Array(text.utf8)
        guard case .descriptor(let descriptor) = target else { return buffer.withLock { $0 += bytes } }
        turn.withLock { _ in write(bytes, to: descriptor) }
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                written += count
            } else if errno == EPIPE {
                exit(Self.statusOfBrokenPipe)
            } else if errno == EAGAIN {
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = Glibc.poll(&poll, 1, -1)
            } else if errno != EINTR {
                return giveUp(errno)
            }
        }
    }

    /// Ends the process when its output is lost, so that nobody takes half of it for all; of lost errors nobody can be
    /// told.
    private func giveUp(_ code: Int32) {
        guard case .descriptor(STDOUT_FILENO) = target else { return }
        Ending.refuse(
            "chassis: standard output cannot be written: \(InputFileError.reason(of: code))",
            status: CommandStatus.usage.rawValue
        )
    }

    private static let usualWidth = 80
    private static let usualHeight = 24
    private static let statusOfBrokenPipe: Int32 = 141
}
