import CLibCurl

/// Owns one of libcurl's easy handles and the header list it uses.
struct EasyHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?

    init() {
        guard let pointer = curl_easy_init() else { preconditionFailure("out of memory") }
        self.pointer = pointer
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headers)
    }

    func set(_ option: CURLoption, _ value: Bool) throws(HTTPTransportError) { try set(option, value ? 1 : 0) }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPTransportError) {
        try Self.check(chassis_curl_set_long(pointer, option, value))
    }

    func set(_ option: CURLoption, size: Int) throws(HTTPTransportError) {
        try Self.check(chassis_curl_set_size(pointer, option, curl_off_t(size)))
    }

    func set(_ option: CURLoption, _ value: String) throws(HTTPTransportError) {
        try Self.check(chassis_curl_set_string(pointer, option, value))
    }

    func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer?) throws(HTTPTransportError) {
        try Self.check(chassis_curl_set_pointer(pointer, option, value))
    }

    func set(_ option: CURLoption, _ function: chassis_curl_data_function) throws(HTTPTransportError) {
        try Self.check(chassis_curl_set_data_function(pointer, option, function))
    }

    func setSocketFunction(_ function: chassis_curl_socket_function) throws(HTTPTransportError) {
        try Self.check(chassis_curl_set_socket_function(pointer, function))
    }

    func setRequestFunction(_ function: chassis_curl_request_function) throws(HTTPTransportError) {
        try Self.check(chassis_curl_set_request_function(pointer, function))
    }

    /// Sets a body, of which libcurl keeps a copy.
    func setBody(_ body: [UInt8]) throws(HTTPTransportError) {
        try set(CURLOPT_POSTFIELDSIZE_LARGE, size: body.count)
        // The copy is made during the call, and never of no bytes: then the pointer may be nil.
        let code = (body.isEmpty ? [0] : body).withUnsafeBytes { bytes in
            chassis_curl_set_pointer(
                pointer,
                CURLOPT_COPYPOSTFIELDS,
                UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            )
        }
        try Self.check(code)
    }

    /// Sets the lines of the header, in libcurl's notation.
    mutating func setHeaders(_ lines: [String]) throws(HTTPTransportError) {
        for line in lines {
            guard let longer = curl_slist_append(headers, line) else { preconditionFailure("out of memory") }
            headers = longer
        }
        try Self.check(chassis_curl_set_list(pointer, CURLOPT_HTTPHEADER, headers))
    }

    /// How many bytes of the body have been sent.
    var uploaded: Int64 {
        var size: curl_off_t = 0
        guard chassis_curl_get_size(pointer, CURLINFO_SIZE_UPLOAD_T, &size) == CURLE_OK else { return 0 }
        return Int64(size)
    }

    private static func check(_ code: CURLcode) throws(HTTPTransportError) {
        guard code != CURLE_OK else { return }
        throw .library(.connecting, code: Int(code.rawValue), reason: String(cString: curl_easy_strerror(code)))
    }
}
