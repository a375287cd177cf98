import Glibc
import TestSupport
import Testing

/// A store that cannot be used, and what is said about it.
struct BadStore: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let says: String
    /// Makes it in a folder; returns its path.
    let make: @Sendable (Folder) throws -> String

    static let all: [BadStore] = [
        BadStore("missing", "/store does not exist; create it, or mount it, first") { $0.path + "/store" },
        BadStore("a file", "/store is no directory; name one") { $0.file("store", "x") },
        BadStore("a pipe", "/store is no directory; name one") { folder in
            mkfifo(folder.path + "/store", 0o644)
            return folder.path + "/store"
        },
        BadStore("one that a path leaves", "/store/runs is a symbolic link; a store holds none, remove it") { folder in
            let store = folder.directory("store")
            symlink(folder.directory("outside"), store + "/runs")
            return store
        },
        BadStore("a name that is too long", "file name too long; check its path and its file system") {
            $0.path + "/" + String(repeating: "x", count: 300)
        },
    ]

    /// Those that only root can make.
    static let mounted: [BadStore] = [
        BadStore("full", "the store is full at ") { try mount($0, "size=64k", full: true) },
        BadStore("without room for names", "the store is full at ") { try mount($0, "nr_inodes=4") },
        BadStore("read-only", "/store/runs; remount it writable") { try mount($0, "ro") },
        BadStore("of somebody else", "the store forbids access to ") { folder in
            let store = folder.directory("store")
            chmod(store, 0o755)
            return store
        },
    ]

    private init(_ description: String, _ says: String, make: @escaping @Sendable (Folder) throws -> String) {
        testDescription = description
        self.says = says
        self.make = make
    }

    private static func mount(_ folder: Folder, _ options: String, full: Bool = false) throws -> String {
        let store = folder.directory("store")
        _ = try TemporaryMount(at: store, options: options)
        if full { Fleet.write(String(repeating: "x", count: 1 << 17), to: store + "/filling") }
        return store
    }
}
