/// What another session said with `NOTIFY` on a channel this connection listens to.
package struct PostgresNotification: Sendable, Equatable {
    package let channel: String

    /// Empty when the sender gave none.
    package let payload: String

    /// The server's process that sent it.
    package let processID: Int32

    package init(channel: String, payload: String, processID: Int32) {
        self.channel = channel
        self.payload = payload
        self.processID = processID
    }
}
