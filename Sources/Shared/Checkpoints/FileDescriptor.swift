import CLinux
import Glibc

/// An open file or directory of the store; closed when it goes out of use.
///
/// Everything is opened relative to a directory that is open already, one part of the path at a time, and never
/// through a symbolic link: so no name, however it came about, leads out of the store.
struct FileDescriptor: ~Copyable {
    private let number: Int32
    /// The path that it was opened by, for errors.
    let path: String

    private init(number: Int32, path: String) {
        self.number = number
        self.path = path
    }

    deinit {
        // Nothing is left to be told: what must last was synchronised, and that was checked.
        close(number)
    }

    // MARK: Opening

    /// Opens a directory outside the store, through symbolic links if there are any.
    static func openRoot(_ path: String) throws(CheckpointError) -> FileDescriptor {
        let number = retrying { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard number >= 0 else {
            switch errno {
            case ENOENT: throw .storeMissing(path: path)
            case ENOTDIR: throw .storeIsNoDirectory(path: path)
            case let code: throw CheckpointError(call: "open", path: path, code: code)
            }
        }
        return FileDescriptor(number: number, path: path)
    }

    /// Opens a file outside the store for reading, through symbolic links if there are any.
    static func openOutside(_ path: String) throws(CheckpointError) -> FileDescriptor {
        let number = retrying { open(path, O_RDONLY | O_CLOEXEC) }
        guard number >= 0 else { throw CheckpointError(call: "open", path: path, code: errno) }
        return FileDescriptor(number: number, path: path)
    }

    /// Opens something in this directory; nil when it does not exist.
    borrowing func openEntry(
        _ name: String,
        flags: Int32,
        mode: mode_t = 0
    ) throws(CheckpointError) -> FileDescriptor? {
        precondition(Self.isOnePart(name), "\"\(name)\" is no single part of a path")
        let opened = Self.retrying { openat(number, name, flags | O_NOFOLLOW | O_CLOEXEC, mode) }
        guard opened >= 0 else {
            let code = errno
            if code == ENOENT { return nil }
            // Where a directory is asked for, Linux says ENOTDIR of a symbolic link.
            if code == ENOTDIR, isSymbolicLink(name) { throw .symbolicLink(path: path(of: name)) }
            throw CheckpointError(call: "openat", path: path(of: name), code: code)
        }
        return FileDescriptor(number: opened, path: path(of: name))
    }

    /// Opens a directory in this one; nil when it does not exist.
    borrowing func directory(_ name: String) throws(CheckpointError) -> FileDescriptor? {
        try openEntry(name, flags: O_RDONLY | O_DIRECTORY)
    }

    /// Opens a directory in this one, which is made first when it does not exist, by default durably.
    ///
    /// One that exists was made durable by who made it. Where that process was killed in between, the file systems of
    /// Linux still write the older name before anything that is synchronised below it.
    borrowing func makeDirectory(_ name: String, isDurable: Bool = true) throws(CheckpointError) -> FileDescriptor {
        if let existing = try directory(name) { return existing }
        if mkdirat(number, name, Self.directoryMode) != 0, errno != EEXIST {
            throw CheckpointError(call: "mkdirat", path: path(of: name), code: errno)
        }
        // It must last before anything in it does, also when another process made it just now.
        if isDurable { try synchronize() }
        guard let made = try directory(name) else {
            throw CheckpointError(call: "openat", path: path(of: name), code: ENOENT)
        }
        return made
    }

    /// Makes a file in this directory, for writing at its end; nil when one of that name exists.
    borrowing func makeFile(_ name: String) throws(CheckpointError) -> FileDescriptor? {
        do {
            return try openEntry(name, flags: O_RDWR | O_APPEND | O_CREAT | O_EXCL, mode: Self.fileMode)
        } catch .fileCall(_, _, EEXIST) {
            return nil
        }
    }

    // The umask of the process decides what of this stays.
    static let directoryMode: mode_t = 0o770
    private static let fileMode: mode_t = 0o660

    // MARK: Bytes

    /// The length of the file, in bytes.
    borrowing func byteCount() throws(CheckpointError) -> Int { Int(try status().st_size) }

    /// Whether this is an ordinary file, no directory or device.
    borrowing func isRegularFile() throws(CheckpointError) -> Bool { try status().st_mode & S_IFMT == S_IFREG }

    /// Whether this is a directory.
    borrowing func isDirectory() throws(CheckpointError) -> Bool { try status().st_mode & S_IFMT == S_IFDIR }

    /// Reads so many bytes from a place on; fewer when the file ends before.
    borrowing func read(at offset: Int, count: Int) throws(CheckpointError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let start = buffer.baseAddress.map { $0 + filled }
                let got = Self.retrying { pread(number, start, count - filled, off_t(offset + filled)) }
                guard got > 0 else {
                    if got < 0 { failure = errno }
                    return
                }
                filled += got
            }
        }
        guard failure == 0 else { throw CheckpointError(call: "pread", path: path, code: failure) }
        return bytes
    }

    /// Writes all bytes, in one call when the system takes them in one.
    borrowing func write(_ bytes: [UInt8]) throws(CheckpointError) {
        var written = 0
        while written < bytes.count {
            let code = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let put = Self.retrying { Glibc.write(number, rest.baseAddress, rest.count) }
                written += max(put, 0)
                return put > 0 ? 0 : put == 0 ? EIO : errno
            }
            guard code == 0 else { throw CheckpointError(call: "write", path: path, code: code) }
        }
    }

    /// Makes the content durable, and of the rest what is needed to read it.
    borrowing func synchronizeData() throws(CheckpointError) {
        guard Self.retrying({ fdatasync(number) }) == 0 else {
            throw CheckpointError(call: "fdatasync", path: path, code: errno)
        }
    }

    /// Makes the file, or the names in the directory, durable.
    borrowing func synchronize() throws(CheckpointError) {
        guard Self.retrying({ fsync(number) }) == 0 else {
            throw CheckpointError(call: "fsync", path: path, code: errno)
        }
    }

    /// Whether the file system that this is in makes all that was written to it durable at once, and reports every error.
    var canSynchronizeVolume: Bool { clinux_can_sync_volume(number) }

    /// Makes everything durable that was written to the file system that this is in; an error may be of any file there.
    borrowing func synchronizeVolume() throws(CheckpointError) {
        guard Self.retrying({ clinux_sync_volume(number) }) == 0 else {
            throw CheckpointError(call: "syncfs", path: path, code: errno)
        }
    }

    // MARK: Names

    /// Gives a file of this directory a name in another one, replacing what had that name.
    borrowing func rename(_ name: String, to directory: borrowing FileDescriptor, _ newName: String)
        throws(CheckpointError)
    {
        guard renameat(number, name, directory.number, newName) == 0 else {
            throw CheckpointError(call: "renameat", path: directory.path(of: newName), code: errno)
        }
    }

    /// Removes a file of this directory, if it is there.
    borrowing func remove(_ name: String) throws(CheckpointError) {
        guard unlinkat(number, name, 0) == 0 || errno == ENOENT else {
            throw CheckpointError(call: "unlinkat", path: path(of: name), code: errno)
        }
    }

    /// Removes an empty directory of this directory, if it is there.
    borrowing func removeDirectory(_ name: String) throws(CheckpointError) {
        guard unlinkat(number, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw CheckpointError(call: "unlinkat", path: path(of: name), code: errno)
        }
    }

    /// Whether a name in this directory is a directory's; a link to one is none.
    borrowing func isDirectory(_ name: String) throws(CheckpointError) -> Bool {
        var status = stat()
        guard fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return false }
            throw CheckpointError(call: "fstatat", path: path(of: name), code: errno)
        }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in this directory, sorted, without `.` and `..`.
    borrowing func names() throws(CheckpointError) -> [String] {
        // The stream closes what it is given, and moves its place: so it gets a descriptor of its own.
        let copy = openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw CheckpointError(call: "openat", path: path, code: errno) }
        guard let stream = fdopendir(copy) else {
            let code = errno
            close(copy)
            throw CheckpointError(call: "fdopendir", path: path, code: code)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw CheckpointError(call: "readdir", path: path, code: errno) }
        return names.sorted()
    }

    // MARK: Helpers

    private borrowing func path(of name: String) -> String { "\(path)/\(name)" }

    private borrowing func isSymbolicLink(_ name: String) -> Bool {
        var status = stat()
        return fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private borrowing func status() throws(CheckpointError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw CheckpointError(call: "fstat", path: path, code: errno) }
        return status
    }

    private static func isOnePart(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
    }

    private static func retrying<Number: BinaryInteger>(_ call: () -> Number) -> Number {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}
