"""What pages share of Streamlit: guards, the shell around every page, state in the address, the live components."""
