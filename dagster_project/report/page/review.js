// The quarter, for a meeting.
components.review = () => [];
