import Storage

extension ChildStore.Call {
    /// The one call of a job that makes one.
    static let only = ChildStore.Call(digest: [1])
}
