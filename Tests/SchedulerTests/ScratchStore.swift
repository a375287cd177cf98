import TestSupport

/// An empty directory for a store.
struct ScratchStore {
    let path: String

    init() { path = TestFiles.makeDirectory("store") }

    /// Removes it with everything in it.
    func remove() {
        TestFiles.remove(path)
    }
}
