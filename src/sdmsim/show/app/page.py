"""The script that Streamlit runs for every look at the page. Processes started from it must not run it again."""

if __name__ == "__main__":
    from sdmsim.show.app.pages import show

    show()
